// The one way to the server: a typed client over fetch. Every write carries the session's CSRF token and an Idempotency-Key, every refusal
// becomes a Problem. `paths` comes from api/openapi.json (`npm run api:types`).
import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { networkProblem, Problem, problemOf } from './problem';

const kWrites = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
export const csrfHeader = 'X-CSRF-Token';
export const idempotencyHeader = 'Idempotency-Key';

let csrfToken: string | null = null;
const expiryListeners = new Set<() => void>();

// The token arrives with the session and lives in memory only.
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

export function onSessionExpired(listener: () => void): () => void {
  expiryListeners.add(listener);
  return () => expiryListeners.delete(listener);
}

// 128 random bits. A repetition after a lost answer must reuse the key of the first try: see `useWriteKey`.
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.clone().json();
  } catch {
    return null;
  }
}

export const protect: Middleware = {
  onRequest({ request }) {
    if (!kWrites.has(request.method)) return request;
    if (csrfToken) request.headers.set(csrfHeader, csrfToken);
    if (!request.headers.has(idempotencyHeader)) request.headers.set(idempotencyHeader, newIdempotencyKey());
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return response;
    const problem = problemOf(response.status, await bodyOf(response));
    if (problem.is('SESSION_EXPIRED', 'NOT_LOGGED_IN')) for (const listener of expiryListeners) listener();
    throw problem;
  },
  onError({ error }) {
    // A cancelled query is not a failure of the network.
    if (error instanceof Problem || (error instanceof DOMException && error.name === 'AbortError')) return error;
    return networkProblem();
  },
};

export function createApi<Paths extends {}>(fetcher?: (request: Request) => Promise<Response>): Client<Paths> {
  const client = createClient<Paths>({
    baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
    credentials: 'same-origin',
    headers: { Accept: 'application/json, application/problem+json' },
    ...(fetcher ? { fetch: fetcher } : {}),
  });
  client.use(protect);
  return client;
}

// Refusals come as exceptions, so an answer without data is an answer that has no body.
export async function take<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}

// Reads are tried again only when no answer came or the server was busy; a refusal is final.
export function shouldRetry(failures: number, error: unknown): boolean {
  return failures < 2 && error instanceof Problem && (error.status === 0 || error.status === 502 || error.status === 503);
}
