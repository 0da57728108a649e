// An invited person sets a password and enrols this device: the signing key is born here, sealed under a PIN, and only its public half leaves.
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { keepSession, type Session } from '../../api/session';
import { Banner, Button, Select, TextField } from '../../components';
import { language } from '../../i18n';
import { formatDateTime } from '../../i18n/format';
import { stretchInWorker } from '../../sign/argon';
import { createKeyfile, KeyError, pinIsUsable } from '../../sign/keyfile';
import { enrolmentText, signTextWithPin, verifierKey } from '../../sign/other_texts';
import { loadKey, saveKey } from '../../sign/store';
import { useOrganisationChoice } from './LoginPage';

const kPasswordMin = 12;
const kFields = ['/organisation', '/login', '/code', '/password', '/device/device'];

export function InvitationForm({ onEnter, onBack }: { onEnter: (session: Session) => void; onBack: () => void }) {
  const { t } = useTranslation();
  const organisation = useOrganisationChoice();
  const [login, setLogin] = useState('');
  const [code, setCode] = useState('');
  const [invitation, setInvitation] = useState<Schema<'InvitationView'> | null>(null);
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [device, setDevice] = useState('');
  const [pin, setPin] = useState('');
  const [pinAgain, setPinAgain] = useState('');
  const [missing, setMissing] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const problem = asProblem(failure);

  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const look = () => {
    const found: Record<string, string> = {};
    if (!organisation.value) found.organisation = t('enter.organisationMissing');
    if (login.trim() === '') found.login = t('login.nameMissing');
    if (code.trim() === '') found.code = t('enter.inviteCodeMissing');
    setMissing(found);
    if (Object.keys(found).length > 0) return;
    void run(async () => {
      const body = { organisation: organisation.value ?? '', login: login.trim(), code: code.trim() };
      setInvitation(await take(api.POST('/api/invitations/look', { body })));
    });
  };
  const redeem = (view: Schema<'InvitationView'>) => {
    const found: Record<string, string> = {};
    if ([...password].length < kPasswordMin) found.password = t('enter.passwordShort');
    else if (password !== again) found.again = t('enter.passwordsDiffer');
    if (device.trim() === '') found.device = t('enter.deviceNameMissing');
    if (!pinIsUsable(pin)) found.pin = t('key.pinTooShort');
    else if (pin !== pinAgain) found.pinAgain = t('key.pinsDiffer');
    setMissing(found);
    if (Object.keys(found).length > 0) return;
    void run(async () => {
      const { organisation: org, person } = view;
      const fresh = await createKeyfile(org, person, pin, stretchInWorker);
      const text = enrolmentText(view.origin, org, person, fresh.publicKey, view.nonce);
      const signature = await signTextWithPin(text, org, person, pin, fresh);
      // Kept before it is sent, so that a lost answer does not lose the key; a key that works already is replaced only afterwards.
      const older = await loadKey(org, person).catch((error: unknown) => {
        if (error instanceof KeyError) return null;
        throw error;
      });
      if (!older) await saveKey(fresh.keyfile, fresh.device);
      const session = await take(
        api.POST('/api/invitations/redeem', {
          body: {
            organisation: org,
            login: login.trim(),
            code: code.trim(),
            password,
            device: { vkey: verifierKey(view.signer, fresh.publicKey), device: device.trim(), signature },
          },
        }),
      );
      if (older) await saveKey(fresh.keyfile, fresh.device);
      onEnter(keepSession(session));
    });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (invitation) redeem(invitation);
    else look();
  };
  const error = (field: string, where = field) => missing[field] ?? fieldProblem(problem, where);
  return (
    <form onSubmit={submit} noValidate className="w-full space-y-6 rounded-12 border border-line bg-white p-4 sm:p-6">
      <p>{t('enter.inviteLead')}</p>
      {failure && !problem ? <Banner tone="danger">{failure instanceof Error ? failure.message : String(failure)}</Banner> : null}
      {restProblems(problem, kFields).map((item) => (
        <Banner key={item.code} tone="danger">
          {item[language()]}
        </Banner>
      ))}
      {invitation ? (
        <>
          <Banner tone="info">{t('enter.inviteFor', { name: invitation.name, until: formatDateTime(new Date(invitation.until)) })}</Banner>
          <TextField
            label={t('enter.newPassword')}
            help={t('enter.newPasswordHelp')}
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={setPassword}
            error={error('password')}
            required
          />
          <TextField
            label={t('enter.newPasswordAgain')}
            type="password"
            autoComplete="new-password"
            value={again}
            onChange={setAgain}
            error={missing.again}
            required
          />
          <TextField
            label={t('enter.deviceName')}
            help={t('enter.deviceNameHelp')}
            value={device}
            onChange={setDevice}
            error={error('device', 'device/device')}
            required
          />
          <TextField
            label={t('key.newPin')}
            help={t('key.newPinHelp')}
            type="password"
            autoComplete="off"
            value={pin}
            onChange={setPin}
            error={missing.pin}
            required
          />
          <TextField
            label={t('key.newPinAgain')}
            type="password"
            autoComplete="off"
            value={pinAgain}
            onChange={setPinAgain}
            error={missing.pinAgain}
            required
          />
        </>
      ) : (
        <>
          <Select
            label={t('enter.organisation')}
            choices={organisation.choices}
            value={organisation.value}
            onChange={organisation.setChosen}
            error={error('organisation')}
            required
          />
          <TextField label={t('login.name')} value={login} onChange={setLogin} error={error('login')} autoComplete="username" required />
          <TextField
            label={t('enter.inviteCode')}
            help={t('enter.inviteCodeHelp')}
            value={code}
            onChange={setCode}
            error={error('code')}
            autoComplete="off"
            mono
            required
          />
        </>
      )}
      <div className="flex flex-wrap gap-3">
        <Button kind="primary" type="submit" busy={busy}>
          {invitation ? (busy ? t('enter.inviteWorking') : t('enter.inviteSubmit')) : t('enter.inviteCheck')}
        </Button>
        <Button onClick={onBack}>{t('enter.toLogin')}</Button>
      </div>
    </form>
  );
}
