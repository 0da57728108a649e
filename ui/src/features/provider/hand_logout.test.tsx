import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, it, vi } from 'vitest';
import { useLogOut } from '../../api/session';
import type { HandTables } from './answer_draft';
import { recallHand, rememberHand } from './hand_memory';

const remove = vi.hoisted(() => vi.fn());
vi.mock('../../api/api', () => ({ api: { DELETE: remove } }));

const tables: HandTables = { 1: [{ key: 'k', lookup: null, columns: ['氏名'], rows: [['例示 花子']] }] };
const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>;

it.each(['here', 'everywhere'] as const)('what was typed by hand is forgotten when somebody logs out %s, and not when that fails', async (where) => {
  const { result } = renderHook(() => useLogOut(where), { wrapper });
  rememberHand('a.m.1', tables);
  remove.mockRejectedValueOnce(new Error('no network'));
  await expect(result.current.mutateAsync()).rejects.toThrow('no network');
  expect(recallHand('a.m.1')).toBe(tables);
  remove.mockResolvedValueOnce({});
  result.current.mutate();
  await waitFor(() => expect(recallHand('a.m.1')).toBeNull());
});
