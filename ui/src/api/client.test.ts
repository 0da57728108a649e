import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApi, csrfHeader, idempotencyHeader, onSessionExpired, setCsrfToken, shouldRetry, take } from './client';
import { fieldProblem, Problem, problemOf, restProblems } from './problem';

interface Paths {
  '/things': {
    get: { responses: { 200: { content: { 'application/json': { n: number } } } } };
    post: {
      requestBody: { content: { 'application/json': { name: string } } };
      responses: { 200: { content: { 'application/json': { n: number } } } };
    };
  };
}

function answering(status: number, body: unknown) {
  const seen: Request[] = [];
  const api = createApi<Paths>(async (request) => {
    seen.push(request);
    return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
  });
  return { api, seen };
}

const refusal = { code: 'TIME_WITHOUT_ZONE', where: '/items/2/value', ja: '時差の指定がありません。', en: 'The time has no zone.' };

afterEach(() => setCsrfToken(null));

describe('writes', () => {
  it('carry the CSRF token and an idempotency key, reads carry neither', async () => {
    setCsrfToken('token-1');
    const { api, seen } = answering(200, { n: 1 });
    await take(api.POST('/things', { body: { name: 'a' } }));
    await take(api.POST('/things', { body: { name: 'a' } }));
    await take(api.GET('/things'));
    const [first, second, read] = seen;
    expect(first?.headers.get(csrfHeader)).toBe('token-1');
    expect(first?.headers.get(idempotencyHeader)).toMatch(/^[0-9a-f]{32}$/);
    expect(second?.headers.get(idempotencyHeader)).not.toBe(first?.headers.get(idempotencyHeader));
    expect(read?.headers.get(csrfHeader)).toBeNull();
    expect(read?.headers.get(idempotencyHeader)).toBeNull();
  });

  it('keep a key that the caller gives', async () => {
    const { api, seen } = answering(200, { n: 1 });
    await api.POST('/things', { body: { name: 'a' }, headers: { [idempotencyHeader]: 'mine' } });
    expect(seen[0]?.headers.get(idempotencyHeader)).toBe('mine');
  });
});

describe('refusals', () => {
  it('become a Problem with the sentence in both languages', async () => {
    const { api } = answering(422, refusal);
    const error = await api.GET('/things').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Problem);
    const problem = error as Problem;
    expect(problem.status).toBe(422);
    expect(problem.code).toBe('TIME_WITHOUT_ZONE');
    expect(problem.text('ja')).toBe(refusal.ja);
    expect(problem.text('en')).toBe(refusal.en);
  });

  it('say in words when the answer cannot be read or does not come', async () => {
    const unreadable = await answering(502, 'a page of a proxy')
      .api.GET('/things')
      .catch((caught: unknown) => caught);
    expect((unreadable as Problem).text('en')).toContain('502');
    const dead = createApi<Paths>(async () => {
      throw new TypeError('fetch failed');
    });
    const network = await dead.GET('/things').catch((caught: unknown) => caught);
    expect((network as Problem).status).toBe(0);
    expect((network as Problem).text('ja')).toContain('接続できません');
  });

  it('tell the shell when the session has ended', async () => {
    const listener = vi.fn();
    const off = onSessionExpired(listener);
    await answering(401, { ...refusal, code: 'SESSION_EXPIRED', where: '' })
      .api.GET('/things')
      .catch(() => undefined);
    await answering(403, { ...refusal, code: 'FORBIDDEN' })
      .api.GET('/things')
      .catch(() => undefined);
    off();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('are not tried again, lost answers are', () => {
    expect(shouldRetry(0, problemOf(422, refusal))).toBe(false);
    expect(shouldRetry(0, problemOf(503, refusal))).toBe(true);
    expect(shouldRetry(2, problemOf(503, refusal))).toBe(false);
  });
});

describe('places', () => {
  const problem = problemOf(422, {
    errors: [refusal, { code: 'EMPTY_FIELD', where: 'due', ja: '期限', en: 'due' }, { code: 'STALE', where: '', ja: '更新', en: 'stale' }],
  });

  it('find their field', () => {
    expect(fieldProblem(problem, 'items/2/value', 'en')).toBe(refusal.en);
    expect(fieldProblem(problem, '/items/2', 'en')).toBe(refusal.en);
    expect(fieldProblem(problem, '/items/20', 'en')).toBeUndefined();
    expect(fieldProblem(problem, '/due', 'ja')).toBe('期限');
  });

  it('leave nothing unsaid', () => {
    expect(restProblems(problem, ['/items/2/value']).map((item) => item.code)).toEqual(['EMPTY_FIELD', 'STALE']);
    expect(restProblems(problem, ['/items', '/due']).map((item) => item.code)).toEqual(['STALE']);
  });
});
