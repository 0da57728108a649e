// Who is logged in, for which organisation, in which role.
import { hashKey, queryOptions, type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Language } from '../i18n';
import { api, type Schema } from './api';
import { setCsrfToken, take } from './client';
import { Problem } from './problem';

export type Role = Schema<'Role'>;
export type Side = Schema<'Side'>;
export type Session = Schema<'SessionInfo'>;
export type Credentials = Schema<'LogInRequest'>;
export type DemoAccount = Schema<'DemoAccount'>;

export function keepSession(session: Session): Session {
  setCsrfToken(session.csrf);
  return session;
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return keepSession(await take(api.GET('/api/session', { signal })));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

// Inside the signed-in pages only: the shell shows them once the session is there.
export function useSession(): Session {
  const session = useQueryClient().getQueryData<Session | null>(sessionQuery.queryKey);
  if (!session) throw new Error('this page needs a session');
  return session;
}

export const nodeQuery = queryOptions({
  queryKey: ['node'],
  queryFn: ({ signal }) => take(api.GET('/api/node', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

// Only a demonstration node lists people to try; every other node answers 404.
export const demoAccountsQuery = queryOptions({
  queryKey: ['demo', 'accounts'],
  queryFn: async ({ signal }): Promise<DemoAccount[]> => {
    try {
      return (await take(api.GET('/api/demo/accounts', { signal }))).accounts;
    } catch (error) {
      if (error instanceof Problem && error.status >= 400 && error.status < 500) return [];
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export async function logIn(credentials: Credentials): Promise<Session> {
  return keepSession(await take(api.POST('/api/session', { body: credentials })));
}

// The signature line of this device's key, or what a passkey answered.
export async function answerFactor(answer: Schema<'FactorCommand'>): Promise<Session> {
  return keepSession(await take(api.POST('/api/session/factor', { body: answer })));
}

export async function switchRole(role: Role): Promise<Session> {
  return keepSession(await take(api.PUT('/api/session/role', { body: { role } })));
}

const atLogOut = new Set<() => void>();

// What is held in this tab beside what was fetched, and is forgotten when somebody logs out on purpose.
export function onLogOut(forget: () => void): void {
  atLogOut.add(forget);
}

// This log-in, or every one this person has on any device.
export function useLogOut(where: 'here' | 'everywhere'): UseMutationResult<void, Error, void> {
  const client = useQueryClient();
  return useMutation<void, Error, void>({
    mutationFn: async () => {
      if (where === 'everywhere') await api.DELETE('/api/sessions');
      else await api.DELETE('/api/session');
      setCsrfToken(null);
    },
    onSuccess: () => {
      // The session's own query stays and says null: who watches it leads to the log-in page. Nothing else that was fetched stays.
      client.setQueryData(sessionQuery.queryKey, null);
      const own = hashKey(sessionQuery.queryKey);
      client.removeQueries({ predicate: (query) => query.queryHash !== own });
      client.getMutationCache().clear();
      for (const forget of atLogOut) forget();
    },
  });
}

export function organisationName(session: Session, tag: Language): string {
  return tag === 'ja' ? session.organisation_name_ja : session.organisation_name_en;
}
