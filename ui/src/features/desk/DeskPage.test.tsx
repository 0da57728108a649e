import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../api/problem';
import { deskQuery } from '../../api/queries';
import { sessionQuery } from '../../api/session';
import { ShortcutProvider } from '../../hooks/useShortcuts';
import { i18n, setLanguage } from '../../i18n';
import { ownProfileQuery } from '../provider/queries';
import { DeskPage } from './DeskPage';

const go = vi.fn();
vi.mock('@tanstack/react-router', () => ({ useNavigate: () => go, Link: ({ children }: { children: unknown }) => children }));

const row = (id: string) => ({
  matter: id,
  number: id,
  case_number: 'c',
  subject: 's',
  state: 'DRAFT',
  updated: '2026-11-30T00:00:00Z',
  is_open: true,
});
const group = (turn: string, count: number) => ({ turn, count, rows: Array.from({ length: count }, (_, at) => row(`${turn}-${at}`)) });

function show(...groups: ReturnType<typeof group>[]) {
  showTo({ side: 'AGENCY', role: 'investigator' }, groups);
}

// `prepare`: what else the client has heard from the server.
function showTo(who: { side: string; role: string }, groups: ReturnType<typeof group>[], prepare: (client: QueryClient) => void = () => {}) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, retryOnMount: false, staleTime: Number.POSITIVE_INFINITY } } });
  prepare(client);
  client.setQueryData(sessionQuery.queryKey, { ...who, name: 'N' } as never);
  client.setQueryData(deskQuery.queryKey, { alarms: [], my_turn: 0, overdue: 0, due_this_week: 0, groups, late: [], late_count: 0 } as never);
  render(
    <QueryClientProvider client={client}>
      <ShortcutProvider>
        <DeskPage />
      </ShortcutProvider>
    </QueryClientProvider>,
  );
}

const rows = (turn: string) => screen.queryAllByRole('rowheader', { name: new RegExp(`^${turn}-`) }).length;

beforeEach(() => {
  setLanguage('ja');
  go.mockReset();
});

describe('the desk', () => {
  it('lets no group hide the others, and leads to the whole of one', () => {
    show(group('DRAFT', 40), group('CLOSE', 9));
    expect([rows('DRAFT'), rows('CLOSE')]).toEqual([8, 9]);
    fireEvent.click(screen.getByRole('button', { name: i18n.t('desk.all', { n: '40' }) }));
    expect(go).toHaveBeenCalledWith({ to: '/matters', search: { mine: 'true', turn: 'DRAFT', sort: 'DUE' } });
  });

  it('shows all that came of the only group', () => {
    show(group('DRAFT', 40));
    expect(rows('DRAFT')).toBe(40);
  });
});

it('leads legal staff of a provider that has published nothing to its answer profile', () => {
  const problem = new Problem(404, [{ code: 'NOT_FOUND', where: '', ja: '', en: '' }]);
  showTo({ side: 'PROVIDER', role: 'legal' }, [], (client) =>
    client
      .getQueryCache()
      .build(client, { queryKey: ownProfileQuery.queryKey as string[] })
      .setState({ status: 'error', error: problem }),
  );
  fireEvent.click(screen.getByRole('button', { name: i18n.t('prov.profileFirst') }));
  expect(go).toHaveBeenCalledWith({ to: '/sources', search: { show: 'profile' } });
});
