// Help: how an inquiry goes, one's own devices and keys, the password, and every key stroke.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { keepSession, sessionQuery, useLogOut, useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, Dialog, Mark, Page, Skeleton, TextField, useNotify } from '../../components';
import { useShortcutRegistry } from '../../hooks/useShortcuts';
import { language } from '../../i18n';
import { formatDate } from '../../i18n/format';
import { stretchInWorker } from '../../sign/argon';
import { createKeyfile, KeyError, pinIsUsable } from '../../sign/keyfile';
import { enrolmentText, signTextWithPin, verifierKey } from '../../sign/other_texts';
import { createPasskey, passkeysWork } from '../../sign/passkey';
import { loadKey, saveKey } from '../../sign/store';
import { useSigningSentence } from '../../sign/use_signer';
import { idOfKey } from '../members/key_id';

export function HelpPage() {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <Page title={t('nav.help')} lead={t('help.lead')}>
      <div className="grid items-start gap-8 lg:grid-cols-2">
        <section aria-labelledby="way-title" className="space-y-3">
          <h2 id="way-title" className="text-std-20B-150">
            {t('help.wayTitle')}
          </h2>
          <ol className="list-decimal space-y-2 ps-6">
            {(session.side === 'AGENCY' ? (['a1', 'a2', 'a3', 'a4', 'a5', 'a6'] as const) : (['p1', 'p2', 'p3', 'p4', 'p5'] as const)).map((step) => (
              <li key={step}>{t(`help.${step}`)}</li>
            ))}
          </ol>
        </section>
        <Keys />
        <Devices />
        <Password />
        <Leave />
      </div>
    </Page>
  );
}

function Keys() {
  const { t } = useTranslation();
  const { list, enabled, setEnabled } = useShortcutRegistry();
  const lists: [string, string][] = [
    ['j / k', `${t('keys.down')} / ${t('keys.up')}`],
    ['Enter', t('keys.open')],
    ['a', t('keys.approve')],
    ['r', t('keys.return')],
    ['Ctrl+Enter', t('action.submit')],
  ];
  const shown = new Map<string, string>(list.filter((one) => one.scope === 'all').map((one) => [one.keys, one.label]));
  for (const [keys, label] of lists) shown.set(keys, label);
  return (
    <section aria-labelledby="keys-title" className="space-y-3">
      <h2 id="keys-title" className="text-std-20B-150">
        {t('keys.title')}
      </h2>
      <dl className="text-dns-16N-130 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2">
        {[...shown].map(([keys, label]) => (
          <div key={keys} className="col-span-2 grid grid-cols-subgrid items-center">
            <dt>
              <kbd className="text-mono-14N-150 rounded-4 border border-line bg-shade px-2">{keys}</kbd>
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
      <p className="text-dns-14N-130 text-sub">{t('keys.note')}</p>
      <Button size="small" aria-pressed={enabled} onClick={() => setEnabled(!enabled)}>
        {enabled ? t('help.keysOff') : t('help.keysOn')}
      </Button>
    </section>
  );
}

// Until when the device counts, and what it waits for.
export function DeviceState({ device, roles }: { device: Device; roles: Roles }) {
  const { t } = useTranslation();
  if (device.is_pending) return t('device.pendingText');
  const until = t('device.until', { day: formatDate(new Date(device.until)) });
  if (device.is_revoked || device.waits_in.length === 0) return until;
  if (waitsEverywhere(device, roles)) return device.is_valid ? t('device.logInOnly') : t('device.pendingText');
  return (
    <>
      {until}{' '}
      <span className="text-care">{t('device.waitsIn', { roles: device.waits_in.map((role) => t(`role.${role}`)).join(t('matter.comma')) })}</span>
    </>
  );
}

export const devicesQuery = {
  queryKey: ['devices'],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await take(api.GET('/api/me/devices', { signal }))).devices,
};

type Device = Schema<'DeviceView'>;
type Roles = readonly Schema<'Role'>[];

// A key that a second person has admitted in no role of its owner signs nothing, though the first one of an invitation answers the second factor.
const waitsEverywhere = (device: Device, roles: Roles) => device.waits_in.length > 0 && device.waits_in.length >= roles.length;

export function DeviceMark({ device, roles }: { device: Device; roles: Roles }) {
  const { t } = useTranslation();
  if (device.is_revoked)
    return (
      <Mark tone="faint" icon="ban">
        {t('device.revoked')}
      </Mark>
    );
  if (device.is_pending || waitsEverywhere(device, roles))
    return (
      <Mark tone="care" icon="clock">
        {t('device.pending')}
      </Mark>
    );
  return (
    <Mark tone={device.is_valid ? 'good' : 'faint'} icon={device.is_valid ? 'check' : 'clock'}>
      {device.is_valid ? t('device.valid') : t('device.over')}
    </Mark>
  );
}

function Devices() {
  const { t } = useTranslation();
  const devices = useQuery(devicesQuery);
  const session = useSession();
  const [adding, setAdding] = useState<'key' | 'passkey' | null>(null);
  const problem = asProblem(devices.error);
  return (
    <section aria-labelledby="devices-title" className="space-y-3">
      <h2 id="devices-title" className="text-std-20B-150">
        {t('device.title')}
      </h2>
      <p className="text-sub">{t('device.lead')}</p>
      {problem ? <Banner tone="danger">{problem.text()}</Banner> : null}
      {devices.data ? (
        <ul className="space-y-2">
          {devices.data.map((device) => (
            <li key={device.vkey} className="space-y-1 rounded-8 border border-line p-3">
              <p className="flex flex-wrap items-center justify-between gap-2">
                <span className="text-dns-16B-130">
                  {device.device}
                  {device.is_passkey ? <span className="text-dns-14N-130 ms-2 text-sub">{t('passkey.name')}</span> : null}
                </span>
                <DeviceMark device={device} roles={session.roles} />
              </p>
              <p className="text-dns-14N-130 tabular text-sub">
                <DeviceState device={device} roles={session.roles} />
              </p>
              <p className="text-dns-14N-130 text-sub">
                {t('proof.personKey')} <code className="font-mono break-all">{idOfKey(device.vkey)}</code>
              </p>
            </li>
          ))}
        </ul>
      ) : problem ? null : (
        <Skeleton lines={3} />
      )}
      <div className="flex flex-wrap gap-3">
        <Button icon="key" onClick={() => setAdding('key')}>
          {t('device.add')}
        </Button>
        <Button
          icon="person"
          disabledReason={session.rp_id === '' ? t('passkey.noAddress') : passkeysWork() ? null : t('passkey.unsupported')}
          onClick={() => setAdding('passkey')}
        >
          {t('passkey.add')}
        </Button>
      </div>
      {adding === 'key' ? <AddDevice onClose={() => setAdding(null)} /> : null}
      {adding === 'passkey' ? <AddPasskey onClose={() => setAdding(null)} /> : null}
    </section>
  );
}

// A further device of somebody who is logged in: it counts once a second person has admitted its key.
function AddDevice({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const notify = useNotify();
  const client = useQueryClient();
  const sentence = useSigningSentence();
  const [device, setDevice] = useState('');
  const [pin, setPin] = useState('');
  const [again, setAgain] = useState('');
  const [missing, setMissing] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [held, setHeld] = useState(false);
  const [busy, setBusy] = useState(false);
  const problem = asProblem(failure);
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    const found: Record<string, string> = {};
    if (!device.trim()) found.device = t('enter.deviceNameMissing');
    if (!pinIsUsable(pin)) found.pin = t('key.pinTooShort');
    else if (pin !== again) found.again = t('key.pinsDiffer');
    setMissing(found);
    if (Object.keys(found).length > 0 || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const org = session.organisation;
      const older = await loadKey(org, session.person).catch((error: unknown) => {
        if (error instanceof KeyError) return null;
        throw error;
      });
      if (older) {
        setHeld(true);
        return;
      }
      const fresh = await createKeyfile(org, session.person, pin, stretchInWorker);
      const text = enrolmentText(location.origin, org, session.person, fresh.publicKey, session.device_nonce);
      const signature = await signTextWithPin(text, org, session.person, pin, fresh);
      await saveKey(fresh.keyfile, fresh.device);
      await take(api.POST('/api/me/devices', { body: { vkey: verifierKey(session.signer, fresh.publicKey), device: device.trim(), signature } }));
      await client.invalidateQueries({ queryKey: ['devices'] });
      notify(t('device.added'));
      onClose();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('device.add')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" icon="key" busy={busy} onClick={() => void submit()}>
            {t('key.create')}
          </Button>
        </>
      }
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="space-y-4">
        {failure ? <Banner tone="danger">{problem?.text() ?? sentence(failure)}</Banner> : null}
        {held ? <Banner tone="info">{t('device.held')}</Banner> : null}
        <p>{t('key.createText')}</p>
        <TextField
          label={t('enter.deviceName')}
          help={t('enter.deviceNameHelp')}
          value={device}
          onChange={setDevice}
          error={missing.device}
          required
          autoFocus
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
        <TextField label={t('key.newPinAgain')} type="password" autoComplete="off" value={again} onChange={setAgain} error={missing.again} required />
      </form>
    </Dialog>
  );
}

// A passkey is a further device, too. Where it lies and how it recognises the person is the authenticator's matter.
function AddPasskey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const notify = useNotify();
  const client = useQueryClient();
  const sentence = useSigningSentence();
  const [device, setDevice] = useState('');
  const [missing, setMissing] = useState<string>();
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    setMissing(device.trim() ? undefined : t('passkey.deviceMissing'));
    if (!device.trim() || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const made = await createPasskey(session, device.trim());
      await take(api.POST('/api/me/passkeys', { body: made }));
      await client.invalidateQueries({ queryKey: ['devices'] });
      notify(t('passkey.added'));
      onClose();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('passkey.add')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" icon="person" busy={busy} onClick={() => void submit()}>
            {t('passkey.create')}
          </Button>
        </>
      }
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="space-y-4">
        {failure ? <Banner tone="danger">{asProblem(failure)?.text() ?? sentence(failure)}</Banner> : null}
        <p>{t('passkey.createText')}</p>
        <TextField
          label={t('passkey.device')}
          help={t('passkey.deviceHelp')}
          value={device}
          onChange={setDevice}
          error={missing ?? fieldProblem(asProblem(failure), '/device')}
          required
          autoFocus
        />
      </form>
    </Dialog>
  );
}

function Password() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const notify = useNotify();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [missing, setMissing] = useState<Record<string, string>>({});
  const write = useWrite<Schema<'PasswordCommand'>, Schema<'SessionInfo'>>(
    (command, header) => take(api.PUT('/api/me/password', { params: { header }, body: command })),
    (session) => {
      client.setQueryData(sessionQuery.queryKey, keepSession(session));
      setOld('');
      setFresh('');
      setAgain('');
      notify(t('help.passwordDone'));
    },
  );
  const problem = asProblem(write.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found: Record<string, string> = {};
    if (!old) found.old = t('login.passwordMissing');
    if ([...fresh].length < 12) found.fresh = t('enter.passwordShort');
    else if (fresh !== again) found.again = t('enter.passwordsDiffer');
    setMissing(found);
    if (Object.keys(found).length === 0) write.mutate({ old_password: old, new_password: fresh });
  };
  return (
    <section aria-labelledby="password-title" className="space-y-3">
      <h2 id="password-title" className="text-std-20B-150">
        {t('help.passwordTitle')}
      </h2>
      <form onSubmit={submit} noValidate className="space-y-4">
        {restProblems(problem, ['/old_password', '/new_password']).map((item) => (
          <Banner key={item.code} tone="danger">
            {item[language()]}
          </Banner>
        ))}
        <TextField
          label={t('help.oldPassword')}
          type="password"
          autoComplete="current-password"
          value={old}
          onChange={setOld}
          error={missing.old ?? fieldProblem(problem, '/old_password')}
          required
        />
        <TextField
          label={t('enter.newPassword')}
          help={t('enter.newPasswordHelp')}
          type="password"
          autoComplete="new-password"
          value={fresh}
          onChange={setFresh}
          error={missing.fresh ?? fieldProblem(problem, '/new_password')}
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
        <Button type="submit" busy={write.isPending}>
          {t('help.passwordChange')}
        </Button>
      </form>
    </section>
  );
}

function Leave() {
  const { t } = useTranslation();
  const leave = useLogOut('everywhere');
  const [asking, setAsking] = useState(false);
  const problem = asProblem(leave.error);
  return (
    <section aria-labelledby="leave-title" className="space-y-3">
      <h2 id="leave-title" className="text-std-20B-150">
        {t('help.leaveTitle')}
      </h2>
      <p className="text-sub">{t('help.leaveText')}</p>
      <Button icon="lock" onClick={() => setAsking(true)}>
        {t('help.leaveAll')}
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('help.leaveAll')}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t('action.cancel')}</Button>
            <Button kind="primary" icon="lock" busy={leave.isPending} onClick={() => leave.mutate()}>
              {t('help.leaveAll')}
            </Button>
          </>
        }
      >
        <div className="space-y-4">
          {problem ? <Banner tone="danger">{problem.text()}</Banner> : null}
          <p>{t('help.leaveAsk')}</p>
        </div>
      </Dialog>
    </section>
  );
}
