// Who is logged in, for which organisation, in which role.
import { queryOptions } from '@tanstack/react-query';
import { createApi, setCsrfToken, take } from './client';
import { Problem } from './problem';

export const agencyRoles = ['investigator', 'supervisor', 'approver', 'delegate', 'registrar'] as const;
export const providerRoles = ['intake', 'operator', 'legal', 'releaser'] as const;
export const sharedRoles = ['auditor', 'admin'] as const;
export type Role = (typeof agencyRoles)[number] | (typeof providerRoles)[number] | (typeof sharedRoles)[number];
export type Side = 'agency' | 'provider';

export interface Membership {
  org: string;
  org_name: { ja: string; en: string };
  side: Side;
  roles: Role[];
}

export interface Session {
  person: { id: string; name: string };
  memberships: Membership[];
  current: { org: string; role: Role };
  csrf_token: string;
  demo: boolean;
}

export interface DemoPerson {
  login: string;
  name: string;
  org_name: { ja: string; en: string };
  role: Role;
  pin: string;
}

export interface Credentials {
  login: string;
  password?: string;
  code?: string;
}

interface Json<T> {
  content: { 'application/json': T };
}

// The few paths the shell itself needs; features use the generated table.
interface SessionPaths {
  '/api/v1/session': {
    get: { responses: { 200: Json<Session> } };
    post: { requestBody: Json<Credentials>; responses: { 200: Json<Session> } };
    patch: { requestBody: Json<{ org: string; role: Role }>; responses: { 200: Json<Session> } };
    delete: { responses: { 204: { content?: never } } };
  };
  '/api/v1/demo/people': {
    get: { responses: { 200: Json<{ people: DemoPerson[] }> } };
  };
}

const api = createApi<SessionPaths>();

function keep(session: Session): Session {
  setCsrfToken(session.csrf_token);
  return session;
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return keep(await take(api.GET('/api/v1/session', { signal })));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

// Only a demonstration node lists people to try; every other node answers 404.
export const demoPeopleQuery = queryOptions({
  queryKey: ['demo', 'people'],
  queryFn: async ({ signal }): Promise<DemoPerson[]> => {
    try {
      return (await take(api.GET('/api/v1/demo/people', { signal }))).people;
    } catch (error) {
      if (error instanceof Problem && error.status >= 400 && error.status < 500) return [];
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export async function logIn(credentials: Credentials): Promise<Session> {
  return keep(await take(api.POST('/api/v1/session', { body: credentials })));
}

export async function switchRole(org: string, role: Role): Promise<Session> {
  return keep(await take(api.PATCH('/api/v1/session', { body: { org, role } })));
}

export async function logOut(): Promise<void> {
  await api.DELETE('/api/v1/session');
  setCsrfToken(null);
}

export function membershipOf(session: Session): Membership | undefined {
  return session.memberships.find((membership) => membership.org === session.current.org);
}
