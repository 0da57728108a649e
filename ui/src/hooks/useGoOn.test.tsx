import { renderHook } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { useGoOn } from './useGoOn';

const list = (pages: number, hasNextPage: boolean, isFetchingNextPage = false) => ({
  data: { pages: new Array(pages).fill({}) },
  hasNextPage,
  isFetchingNextPage,
  fetchNextPage: vi.fn(),
});

test('an empty page of a list that goes on asks for the next one', () => {
  const going = list(1, true);
  expect(renderHook(() => useGoOn(going, 0)).result.current).toBe(true);
  expect(going.fetchNextPage).toHaveBeenCalledTimes(1);
});

test('while the next page is on its way it is not asked for twice', () => {
  const coming = list(1, true, true);
  expect(renderHook(() => useGoOn(coming, 0)).result.current).toBe(true);
  expect(coming.fetchNextPage).not.toHaveBeenCalled();
});

test.each([
  ['there are rows', list(1, true), 3],
  ['the list has ended', list(2, false), 0],
  ['it has been asked often enough', list(20, true), 0],
] as const)('nothing more is asked for when %s', (_why, at, rows) => {
  expect(renderHook(() => useGoOn(at, rows)).result.current).toBe(false);
  expect(at.fetchNextPage).not.toHaveBeenCalled();
});
