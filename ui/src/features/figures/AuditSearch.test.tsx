import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setLanguage } from '../../i18n';
import { AuditSearch } from './AuditSearch';

const go = vi.hoisted(() => vi.fn());
vi.mock('@tanstack/react-router', () => ({
  useNavigate: () => go,
  Link: ({ to, search, children }: { to: string; search: Record<string, string>; children: ReactNode }) => (
    <a href={`${to}?${new URLSearchParams(search)}`}>{children}</a>
  ),
}));
const get = vi.hoisted(() => vi.fn());
vi.mock('../../api/api', () => ({ api: { GET: get } }));

function lookFor(words: string) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <AuditSearch />
    </QueryClientProvider>,
  );
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: words } });
  fireEvent.click(screen.getByRole('button', { name: '探す' }));
}

describe('the search of an auditor', () => {
  beforeEach(() => {
    setLanguage('ja');
    go.mockReset();
    get.mockReset();
    get.mockResolvedValue({ data: { acts: [] } });
  });

  it.each(['4000 0000 0000 0002', 'b7'.repeat(32)])('goes on among matters with a selector that looks like a hash (%s)', async (words) => {
    lookFor(` ${words} `);
    const link = await screen.findByRole('link', { name: 'これを照会対象又は番号として案件を探す' });
    expect(link.getAttribute('href')).toBe(`/matters?${new URLSearchParams({ q: words })}`);
    expect(get.mock.calls[0]?.[1].params.query.q).toBe(words.replaceAll(' ', ''));
    expect(go).not.toHaveBeenCalled();
  });

  it('goes to the matters at once with everything else', () => {
    lookFor('ex-1001');
    expect(go).toHaveBeenCalledWith({ to: '/matters', search: { q: 'ex-1001' } });
    expect(get).not.toHaveBeenCalled();
  });
});
