// Log-in: organisation, user name and password; then, when the server asks for it, the second factor signed by this device's key. Who has
// an invitation enrols here. A demonstration node offers its people to try.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import {
  answerFactor,
  type Credentials,
  type DemoAccount,
  demoAccountsQuery,
  logIn,
  nodeQuery,
  type Session,
  sessionQuery,
  switchRole,
} from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Brand, LanguageSwitch } from '../../app/Shell';
import { Banner, Button, cx, Page, Select, TextField } from '../../components';
import { language } from '../../i18n';
import { KeyError } from '../../sign/keyfile';
import { checkLoginText, signTextWithPin } from '../../sign/other_texts';
import { answerWithPasskey, passkeysWork } from '../../sign/passkey';
import { useSigningSentence } from '../../sign/use_signer';
import { InvitationForm } from './InvitationForm';

const kFields = ['/organisation', '/login', '/password'];
const kStored = 'warifu.organisation';
const kCard = 'w-full space-y-6 rounded-12 border border-line bg-white p-4 sm:p-6';

type Mode = { kind: 'password' } | { kind: 'factor'; session: Session } | { kind: 'invitation' };

function rememberedOrganisation(): string | null {
  try {
    return localStorage.getItem(kStored);
  } catch {
    return null;
  }
}

export function LoginPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const search = useSearch({ strict: false }) as { to?: string; again?: boolean };
  const demo = useQuery(demoAccountsQuery);
  const [mode, setMode] = useState<Mode>({ kind: 'password' });
  const accounts = demo.data ?? [];

  const enter = (session: Session) => {
    try {
      localStorage.setItem(kStored, session.organisation);
    } catch {
      // chosen anew next time
    }
    if (session.factor_needed) {
      setMode({ kind: 'factor', session });
      return;
    }
    client.clear();
    client.setQueryData(sessionQuery.queryKey, session);
    void navigate({ to: search.to ?? '/', replace: true });
  };
  const back = () => setMode({ kind: 'password' });
  const title = mode.kind === 'factor' ? t('enter.factorTitle') : mode.kind === 'invitation' ? t('enter.inviteTitle') : t('login.title');
  return (
    <div className="min-h-dvh bg-shade">
      <header className="flex items-center justify-between px-4 py-3">
        <Brand />
        <LanguageSwitch />
      </header>
      <main
        id="content"
        className={`mx-auto px-4 pt-4 pb-16 sm:pt-8 ${accounts.length > 0 && mode.kind === 'password' ? 'max-w-[72rem]' : 'max-w-lg'}`}
      >
        <Page title={title} lead={t('app.tagline')}>
          {search.again ? <Banner tone="info">{t('login.again')}</Banner> : null}
          {mode.kind === 'factor' ? <FactorForm session={mode.session} onEnter={enter} onBack={back} /> : null}
          {mode.kind === 'invitation' ? <InvitationForm onEnter={enter} onBack={back} /> : null}
          {mode.kind === 'password' ? (
            <div className={cx('flex flex-col gap-6', accounts.length > 0 && 'lg:flex-row-reverse lg:items-start')}>
              {accounts.length > 0 ? <DemoPeople accounts={accounts} onEnter={enter} /> : null}
              <div className={cx('w-full shrink-0 space-y-4', accounts.length > 0 && 'lg:max-w-sm')}>
                <LoginForm onEnter={enter} />
                <Button kind="plain" onClick={() => setMode({ kind: 'invitation' })}>
                  {t('enter.invited')}
                </Button>
              </div>
            </div>
          ) : null}
        </Page>
      </main>
    </div>
  );
}

export function useOrganisationChoice() {
  const node = useQuery(nodeQuery);
  const tag = language();
  const choices = (node.data?.organisations ?? []).map((one) => ({ id: one.id, label: tag === 'ja' ? one.name_ja : one.name_en }));
  const [chosen, setChosen] = useState<string | null>(rememberedOrganisation);
  const known = choices.some((choice) => choice.id === chosen) ? chosen : null;
  const only = choices.length === 1 ? (choices[0]?.id ?? null) : null;
  return { choices, value: known ?? only, setChosen, problem: asProblem(node.error) };
}

function LoginForm({ onEnter }: { onEnter: (session: Session) => void }) {
  const { t } = useTranslation();
  const organisation = useOrganisationChoice();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState<{ organisation?: string; login?: string; password?: string }>({});
  const write = useWrite<Credentials, Session>((credentials) => logIn(credentials), onEnter);
  const problem = asProblem(write.error) ?? organisation.problem;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found: typeof missing = {};
    if (!organisation.value) found.organisation = t('enter.organisationMissing');
    if (login.trim() === '') found.login = t('login.nameMissing');
    if (password === '') found.password = t('login.passwordMissing');
    setMissing(found);
    if (Object.keys(found).length === 0) write.mutate({ organisation: organisation.value ?? '', login: login.trim(), password });
  };
  const error = (field: 'organisation' | 'login' | 'password') => missing[field] ?? fieldProblem(problem, field);
  return (
    <form onSubmit={submit} noValidate className={kCard}>
      {restProblems(problem, kFields).map((item) => (
        <Banner key={item.code} tone="danger">
          {item[language()]}
        </Banner>
      ))}
      <Select
        label={t('enter.organisation')}
        choices={organisation.choices}
        value={organisation.value}
        onChange={organisation.setChosen}
        error={error('organisation')}
        required
      />
      <TextField
        label={t('login.name')}
        help={t('login.nameHelp')}
        value={login}
        onChange={setLogin}
        error={error('login')}
        autoComplete="username"
        required
      />
      <TextField
        label={t('login.password')}
        type="password"
        value={password}
        onChange={setPassword}
        error={error('password')}
        autoComplete="current-password"
        required
      />
      <Button kind="primary" type="submit" busy={write.isPending} className="min-w-40">
        {t('login.submit')}
      </Button>
      <p className="text-dns-14N-130 border-t border-line pt-4 text-sub">{t('login.notice')}</p>
    </form>
  );
}

function FactorForm({ session, onEnter, onBack }: { session: Session; onEnter: (session: Session) => void; onBack: () => void }) {
  const { t } = useTranslation();
  const sentence = useSigningSentence();
  const [pin, setPin] = useState('');
  const [pinError, setPinError] = useState<string>();
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState<'pin' | 'passkey' | null>(null);
  const mayUsePasskey = session.passkeys.length > 0 && passkeysWork();

  const answer = async (how: 'pin' | 'passkey') => {
    if (busy) return;
    setRefusal(undefined);
    setPinError(how === 'pin' && pin === '' ? t('key.pinMissing') : undefined);
    if (how === 'pin' && pin === '') return;
    setBusy(how);
    try {
      const text = session.challenge_text;
      checkLoginText(text, location.origin, session.organisation, session.person);
      if (how === 'passkey') onEnter(await answerFactor({ signature: '', assertion: await answerWithPasskey(text, session) }));
      else onEnter(await answerFactor({ signature: await signTextWithPin(text, session.organisation, session.person, pin) }));
    } catch (error) {
      const problem = asProblem(error);
      if (error instanceof KeyError && error.problem === 'wrong-pin') setPinError(sentence(error));
      else if (problem?.status === 401) setRefusal(t('enter.factorLost'));
      else setRefusal(problem?.text() ?? sentence(error));
    } finally {
      setBusy(null);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void answer('pin');
  };
  return (
    <form onSubmit={submit} noValidate className={kCard}>
      {refusal ? <Banner tone="danger">{refusal}</Banner> : null}
      <p>{mayUsePasskey ? t('passkey.factorText') : t('enter.factorText')}</p>
      <p className="text-dns-16B-130">
        {session.name} {session.post}
      </p>
      {mayUsePasskey ? (
        <Button kind="primary" icon="person" busy={busy === 'passkey'} onClick={() => void answer('passkey')}>
          {t('passkey.factorSubmit')}
        </Button>
      ) : null}
      <TextField
        label={t('key.pin')}
        help={t('key.pinHelp')}
        type="password"
        autoComplete="off"
        value={pin}
        onChange={setPin}
        error={pinError}
        required={!mayUsePasskey}
        autoFocus={!mayUsePasskey}
      />
      <div className="flex flex-wrap gap-3">
        <Button kind={mayUsePasskey ? 'quiet' : 'primary'} icon="key" type="submit" busy={busy === 'pin'}>
          {t('enter.factorSubmit')}
        </Button>
        <Button onClick={onBack}>{t('login.back')}</Button>
      </div>
    </form>
  );
}

function DemoPeople({ accounts, onEnter }: { accounts: readonly DemoAccount[]; onEnter: (session: Session) => void }) {
  const { t } = useTranslation();
  const tag = language();
  const node = useQuery(nodeQuery);
  const write = useWrite<DemoAccount, Session>(async (account) => {
    const session = await logIn({ organisation: account.organisation, login: account.login, password: account.password });
    return session.role === account.role || session.factor_needed ? session : switchRole(account.role);
  }, onEnter);
  const problem = asProblem(write.error);
  const nameOf = (id: string) => {
    const found = node.data?.organisations.find((one) => one.id === id);
    return found ? (tag === 'ja' ? found.name_ja : found.name_en) : id;
  };
  const organisations = [...new Set(accounts.map((account) => account.organisation))];
  return (
    <section aria-labelledby="demo-title" className={kCard}>
      <div className="space-y-2">
        <h2 id="demo-title" className="text-std-20B-150">
          {t('enter.demoTitle')}
        </h2>
        <p className="text-sub">{t('enter.demoText')}</p>
      </div>
      {problem ? <Banner tone="danger">{problem.text(tag)}</Banner> : null}
      <div className="divide-y divide-line border-y border-line">
        {organisations.map((organisation, index) => (
          <details key={organisation} open={index === 0} className="group">
            <summary className="text-dns-16B-130 flex min-h-12 items-center gap-2 py-2 hover:underline">
              <span aria-hidden="true" className="text-accent transition-transform group-open:rotate-90">
                ▸
              </span>
              {nameOf(organisation)}
            </summary>
            <ul className="grid gap-2 pb-4 sm:grid-cols-2">
              {accounts
                .filter((account) => account.organisation === organisation)
                .map((account) => (
                  <li key={`${account.login} ${account.role}`}>
                    <button
                      type="button"
                      aria-disabled={write.isPending || undefined}
                      data-demo={`${account.organisation} ${account.login} ${account.role}`}
                      onClick={() => {
                        if (!write.isPending) write.mutate(account);
                      }}
                      className="flex min-h-14 w-full items-center justify-between gap-3 rounded-8 border border-line px-3 py-2 text-start hover:border-accent hover:bg-accent-soft"
                    >
                      <span className="min-w-0">
                        <span className="text-dns-16B-130 block text-accent">{t(`role.${account.role}`)}</span>
                        <span lang="ja" className="text-dns-14N-130 block">
                          {account.name} {account.post}
                        </span>
                      </span>
                      <span className="text-dns-14N-130 shrink-0 text-sub">
                        {t('login.pin')} <span className="font-mono">{account.pin}</span>
                      </span>
                    </button>
                  </li>
                ))}
            </ul>
          </details>
        ))}
      </div>
    </section>
  );
}
