// Behind the log-in: loads the session, keeps the shell around the page, and sends people to the log-in when their session has ended.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useChildMatches, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { onSessionExpired } from '../api/client';
import { asProblem } from '../api/problem';
import { type Role, type Session, sessionQuery, switchRole, useLogOut } from '../api/session';
import { Banner, Button, EmptyState, Page, Skeleton } from '../components';
import { Shell } from './Shell';

export function SignedIn() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const location = useLocation();
  const session = useQuery(sessionQuery);
  // The page that stands in the outlet: under way to another one the address is the new one's already.
  const shown = useChildMatches({ select: (matches) => matches.at(-1)?.pathname ?? '' });
  const here = location.href;

  useEffect(
    () =>
      onSessionExpired(() => {
        if (client.getQueryData(sessionQuery.queryKey)) void navigate({ to: '/login', search: { to: here, again: true } });
        client.setQueryData(sessionQuery.queryKey, null);
      }),
    [client, navigate, here],
  );
  // Under way to the log-in page this one is still shown: going there once more, with that page as the way back, would never end.
  const isLeaving = here.startsWith('/login');
  useEffect(() => {
    if (session.data === null && !isLeaving) void navigate({ to: '/login', search: here === '/' ? {} : { to: here }, replace: true });
  }, [session.data, navigate, here, isLeaving]);

  const change = useMutation({
    mutationFn: (role: Role) => switchRole(role),
    onSuccess: (next: Session) => {
      // Another role sees other things: nothing that was fetched for the old one stays.
      client.clear();
      client.setQueryData(sessionQuery.queryKey, next);
      void navigate({ to: '/' });
    },
  });
  const leave = useLogOut('here');

  const problem = asProblem(session.error ?? change.error ?? leave.error);
  if (!session.data) {
    return (
      <main id="content" className="mx-auto max-w-2xl space-y-4 p-6">
        {problem ? (
          <Banner tone="danger" actions={<Button onClick={() => void session.refetch()}>{t('app.retry')}</Button>}>
            {problem.text()}
          </Banner>
        ) : (
          <Skeleton lines={6} />
        )}
      </main>
    );
  }
  return (
    <Shell
      session={session.data}
      path={location.pathname}
      go={(to) => void navigate({ to })}
      onSearch={(text) => void navigate({ to: '/matters', search: { q: text } })}
      onSwitch={(role) => change.mutate(role)}
      onLogout={() => leave.mutate()}
      notices={
        session.data.is_demo || problem ? (
          <>
            {session.data.is_demo ? <DemoLine onLeave={() => leave.mutate()} /> : null}
            {problem ? <Banner tone="danger">{problem.text()}</Banner> : null}
          </>
        ) : undefined
      }
    >
      {isUnknown(session.data) && !isOnesOwn(shown) ? (
        <NotAdmitted session={session.data} onRetry={() => void session.refetch()} busy={session.isFetching} />
      ) : (
        <Outlet />
      )}
    </Shell>
  );
}

// Two people stand behind everybody who is shown something (decision 0035); administrators make the first books before there are two.
const isUnknown = (session: Session) => !session.is_admitted && session.role !== 'admin';
// One's own devices and password are nobody else's business.
const isOnesOwn = (path: string) => path === '/help';

// In place of every page, each of which would be refused: what is missing, and who can bring it about.
export function NotAdmitted({ session, onRetry, busy }: { session: Session; onRetry: () => void; busy: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Page title={t('app.notAdmittedTitle', { role: t(`role.${session.role}`) })}>
      <EmptyState
        icon="key"
        title={t('app.notAdmittedWhat')}
        actions={
          <>
            <Button kind="primary" busy={busy} onClick={onRetry}>
              {t('app.retry')}
            </Button>
            <Button icon="key" onClick={() => void navigate({ to: '/help' })}>
              {t('device.title')}
            </Button>
          </>
        }
      >
        {t('app.notAdmittedText', { who: t(session.side === 'AGENCY' ? 'app.admitsAgency' : 'app.admitsProvider') })}
      </EmptyState>
    </Page>
  );
}

function DemoLine({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation();
  return (
    <p className="text-dns-14N-130 flex flex-wrap items-center gap-x-4 gap-y-1 rounded-8 bg-shade px-4 py-2 text-sub">
      <span>{t('app.demo')}</span>
      <button type="button" onClick={onLeave} className="min-h-7 text-accent underline underline-offset-4 hover:decoration-2">
        {t('demo.another')}
      </button>
    </p>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <main id="content" className="mx-auto max-w-2xl p-6">
      <Page title={t('app.notFoundTitle')}>
        <EmptyState
          icon="search"
          title={t('app.notFoundText')}
          actions={<Button onClick={() => void navigate({ to: '/' })}>{t('app.toDesk')}</Button>}
        />
      </Page>
    </main>
  );
}

export function PageFailed({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  return (
    <main className="mx-auto max-w-2xl p-6">
      <Page title={t('app.pageFailedTitle')}>
        <Banner tone="danger" actions={<Button onClick={() => location.reload()}>{t('app.reload')}</Button>}>
          <p>{problem ? problem.text() : t('app.pageFailedText')}</p>
          {problem ? null : <p className="text-mono-14N-150 mt-2">{error instanceof Error ? error.message : String(error)}</p>}
        </Banner>
      </Page>
    </main>
  );
}
