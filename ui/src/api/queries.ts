// What several pages read: the law, the types of selectors, the directory, the office's books.
import { queryOptions } from '@tanstack/react-query';
import { api } from './api';
import { take } from './client';
import type { Problem } from './problem';

const kRarely = 10 * 60_000;

export const lawQuery = queryOptions({ queryKey: ['law'], queryFn: ({ signal }) => take(api.GET('/api/law', { signal })), staleTime: kRarely });

export const selectorTypesQuery = queryOptions({
  queryKey: ['selector-types'],
  queryFn: async ({ signal }) => (await take(api.GET('/api/selector-types', { signal }))).types,
  staleTime: Number.POSITIVE_INFINITY,
});

export const organisationsQuery = (side: 'AGENCY' | 'PROVIDER') =>
  queryOptions({
    queryKey: ['organisations', side],
    queryFn: async ({ signal }) => (await take(api.GET('/api/organisations', { params: { query: { side } }, signal }))).organisations,
    staleTime: kRarely,
  });

export const profileQuery = (organisation: string) =>
  queryOptions({
    queryKey: ['profile', organisation],
    queryFn: ({ signal }) => take(api.GET('/api/organisations/{organisation}/profile', { params: { path: { organisation } }, signal })),
    staleTime: kRarely,
    enabled: organisation !== '',
  });

export const casesQuery = queryOptions({
  queryKey: ['cases'],
  queryFn: async ({ signal }) => (await take(api.GET('/api/cases', { signal }))).cases,
});

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: async ({ signal }) => (await take(api.GET('/api/people', { signal }))).people,
  staleTime: 60_000,
});

export const unitsQuery = queryOptions({
  queryKey: ['units'],
  queryFn: async ({ signal }) => (await take(api.GET('/api/units', { signal }))).units,
  staleTime: 60_000,
});

export const delegationsQuery = queryOptions({
  queryKey: ['delegations'],
  queryFn: async ({ signal }) => (await take(api.GET('/api/delegations', { signal }))).delegations,
});

export const templatesQuery = queryOptions({
  queryKey: ['templates'],
  queryFn: async ({ signal }) => (await take(api.GET('/api/templates', { signal }))).templates,
});

export const deskQuery = queryOptions({
  queryKey: ['desk'],
  queryFn: ({ signal }) => take(api.GET('/api/desk', { signal })),
  staleTime: 0,
  refetchInterval: 60_000,
});

// The page of a matter. Reading it is an act, at most one in fifteen minutes per person; whoever has no part in the matter says why.
export const matterQuery = (matter: string, reason = '') =>
  queryOptions({
    queryKey: reason ? ['matter', matter, { reason }] : ['matter', matter],
    queryFn: ({ signal }) => take(api.POST('/api/matters/{matter}/view', { params: { path: { matter } }, body: reason ? { reason } : {}, signal })),
    staleTime: 0,
  });

// The answer to a view that lacks its reason, or whose reason cannot be kept as it is.
export const asksForReason = (problem: Problem | null): boolean =>
  problem?.status === 422 && problem.items.some((item) => item.where === '/reason' || item.where === 'reason');
