import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyForm, emptyItem, type InquiryForm } from './model';
import { useJudge } from './use_judge';

const post = vi.hoisted(() => vi.fn());
vi.mock('../../api/api', () => ({ api: { POST: post } }));

const formOf = (count: number, word = 'u'): InquiryForm => ({
  ...emptyForm(''),
  items: Array.from({ length: count }, (_, at) => ({ ...emptyItem(), fields: { value: `${word}${at}` } })),
});
const answers: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  answers.length = 0;
  post.mockReset();
  post.mockImplementation(
    (_path: string, { body }: { body: { items: unknown[] } }) =>
      new Promise((done) => answers.push(() => done({ data: { items: body.items.map(() => ({ errors: [] })) } }))),
  );
});
afterEach(() => vi.useRealTimers());

const pause = () => act(() => vi.advanceTimersByTimeAsync(500));
const answer = () =>
  act(async () => {
    answers.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  });

describe('the check of what is being written', () => {
  it('says how far it is while it takes more than one request', async () => {
    const form = formOf(1200);
    const { result } = renderHook(() => useJudge(form));
    expect(result.current.busy).toBe(false);
    await pause();
    expect(result.current).toMatchObject({ busy: true, progress: { done: 0, total: 1200 } });
    await answer();
    expect(result.current.progress).toEqual({ done: 500, total: 1200 });
    await answer();
    expect(result.current.progress).toEqual({ done: 1000, total: 1200 });
    await answer();
    expect(result.current).toMatchObject({ busy: false, progress: null });
    expect(result.current.checks.size).toBe(1200);
    expect(post).toHaveBeenCalledTimes(3);
  });

  it('counts nothing for a few items', async () => {
    const form = formOf(3);
    const { result } = renderHook(() => useJudge(form));
    await pause();
    expect(result.current).toMatchObject({ busy: true, progress: null });
    await answer();
    expect(result.current.busy).toBe(false);
  });

  it('is at rest when the change it was checking has been taken back', async () => {
    const first = formOf(1);
    const { result, rerender } = renderHook(({ form }) => useJudge(form), { initialProps: { form: first } });
    await pause();
    await answer();
    rerender({ form: formOf(1, 'other') });
    await pause();
    expect(result.current.busy).toBe(true);
    rerender({ form: first });
    await pause();
    expect(result.current.busy).toBe(false);
  });
});
