// Log-in: user name and password, then the second factor when the server asks for it. A demonstration node offers its roles to try.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { type Credentials, type DemoPerson, demoPeopleQuery, logIn, type Session, sessionQuery } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Brand, LanguageSwitch } from '../../app/Shell';
import { Banner, Button, Page, TextField } from '../../components';
import { language } from '../../i18n';

const kFields = ['/login', '/password', '/code'];

export function LoginPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const search = useSearch({ strict: false }) as { to?: string; again?: boolean };
  const demo = useQuery(demoPeopleQuery);

  const people = demo.data ?? [];
  const width = people.length > 0 ? 'max-w-[64rem]' : 'max-w-lg';

  const enter = (session: Session) => {
    client.setQueryData(sessionQuery.queryKey, session);
    void navigate({ to: search.to ?? '/', replace: true });
  };
  return (
    <div className="min-h-dvh bg-shade">
      <header className="flex items-center justify-between px-4 py-3">
        <Brand />
        <LanguageSwitch />
      </header>
      <main id="content" className={`mx-auto px-4 pt-4 pb-16 sm:pt-12 ${width}`}>
        <Page title={t('login.title')} lead={t('app.tagline')}>
          {search.again ? <Banner tone="info">{t('login.again')}</Banner> : null}
          <div className="flex flex-col gap-6 lg:flex-row lg:items-start">
            <LoginForm onEnter={enter} />
            {people.length > 0 ? <DemoPeople people={people} onEnter={enter} /> : null}
          </div>
        </Page>
      </main>
    </div>
  );
}

export function LoginForm({ onEnter }: { onEnter: (session: Session) => void }) {
  const { t } = useTranslation();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [second, setSecond] = useState(false);
  const [missing, setMissing] = useState<{ login?: string; password?: string; code?: string }>({});
  const write = useWrite<Credentials, Session>((credentials) => logIn(credentials), onEnter);
  const problem = asProblem(write.error);
  // The server has checked the password and wants the second factor: not an error on the first time.
  const asksCode = problem?.is('WRONG_FACTOR') === true;
  const atSecond = second || asksCode;
  const firstAsk = asksCode && !second;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found: typeof missing = {};
    if (login.trim() === '') found.login = t('login.nameMissing');
    if (password === '') found.password = t('login.passwordMissing');
    if (atSecond && !/^\d{6}$/.test(code.trim())) found.code = t('login.codeMissing');
    setMissing(found);
    if (Object.keys(found).length > 0) return;
    if (atSecond) setSecond(true);
    write.mutate({ login: login.trim(), password, ...(atSecond ? { code: code.trim() } : {}) });
  };
  const back = () => {
    setSecond(false);
    setCode('');
    setPassword('');
    setMissing({});
    write.reset();
  };
  const error = (field: 'login' | 'password' | 'code') => missing[field] ?? (firstAsk ? undefined : fieldProblem(problem, field));
  const rest = firstAsk ? [] : restProblems(problem, atSecond ? ['/code'] : kFields);

  return (
    <form onSubmit={submit} noValidate className="w-full space-y-6 rounded-12 border border-line bg-white p-6 max-w-lg">
      {rest.map((item) => (
        <Banner key={item.code} tone="danger">
          {item[language()]}
        </Banner>
      ))}
      {atSecond ? (
        <TextField
          label={t('login.code')}
          help={t('login.codeHelp')}
          value={code}
          onChange={setCode}
          error={error('code')}
          autoComplete="one-time-code"
          inputMode="numeric"
          mono
          required
          autoFocus
        />
      ) : (
        <>
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
        </>
      )}
      <div className="flex flex-wrap gap-3">
        <Button kind="primary" type="submit" busy={write.isPending} className="min-w-40">
          {t('login.submit')}
        </Button>
        {atSecond ? <Button onClick={back}>{t('login.back')}</Button> : null}
      </div>
      <p className="text-dns-14N-130 border-t border-line pt-4 text-sub">{t('login.notice')}</p>
    </form>
  );
}

function DemoPeople({ people, onEnter }: { people: readonly DemoPerson[]; onEnter: (session: Session) => void }) {
  const { t } = useTranslation();
  const tag = language();
  const write = useWrite<Credentials, Session>((credentials) => logIn(credentials), onEnter);
  const problem = asProblem(write.error);
  return (
    <section aria-labelledby="demo-title" className="min-w-0 flex-1 space-y-4 rounded-12 border border-line bg-white p-6">
      <h2 id="demo-title" className="text-std-20B-150">
        {t('login.demoTitle')}
      </h2>
      <p className="text-sub">{t('login.demoText')}</p>
      {problem ? <Banner tone="danger">{problem.text(tag)}</Banner> : null}
      <ul className="divide-y divide-line border-y border-line">
        {people.map((person) => (
          <li key={person.login} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
            <span className="min-w-48 flex-1">
              <span className="text-dns-16B-130 block">
                {t(`role.${person.role}`)} {person.name}
              </span>
              <span className="text-dns-14N-130 text-sub">
                {person.org_name[tag]}　{t('login.pin')} <span className="font-mono">{person.pin}</span>
              </span>
            </span>
            <Button
              size="small"
              busy={write.isPending}
              onClick={() => write.mutate({ login: person.login })}
              aria-label={t('login.demoEnter', { name: person.name })}
            >
              {t('login.submit')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
