// What the provider's pages read and write. Every write is an act; afterwards everything that is on the screen is fetched again.
import { keepPreviousData, queryOptions, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import type { paths } from '../../api/schema';

export type Row = Schema<'RowView'>;
export type Matter = Schema<'MatterView'>;
export type MatterItem = Schema<'ItemView'>;
export type Version = Schema<'VersionView'>;
export type Decision = Schema<'ItemDecision'>;
export type Disposition = Schema<'Disposition'>;
export type Category = Schema<'Category'>;
export type ReasonCode = Schema<'ReasonCode'>;
export type ReasonUse = Schema<'ReasonUse'>;
export type Period = Schema<'Period'>;
export type Narrowing = Schema<'Narrowing'>;
export type Lookup = Schema<'LookupView'>;
export type Source = Schema<'SourceView'>;
export type Answer = Schema<'Answer'>;
export type ItemAnswer = Schema<'ItemAnswer'>;
export type ItemResult = Schema<'ItemResult'>;
export type FileRef = Schema<'FileRef'>;
export type Judgement = Schema<'JudgementView'>;
export type Turn = Schema<'Turn'>;
export type Instrument = Schema<'Instrument'>;
export type Outcome = Schema<'Outcome'>;
export type HouseRule = Schema<'HouseRuleInput'>;
export type Prepared = Schema<'Prepared'>;

export type ListFilter = NonNullable<paths['/api/matters']['get']['parameters']['query']>;

export const listQuery = (filter: ListFilter) =>
  queryOptions({
    queryKey: ['matters', filter],
    queryFn: ({ signal }) => take(api.GET('/api/matters', { params: { query: filter }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

// What the law's table and the house rules suggest; reading it is no view of the matter's text.
export const suggestionQuery = (matter: string) =>
  queryOptions({
    queryKey: ['suggestion', matter],
    queryFn: async ({ signal }) => (await take(api.GET('/api/matters/{matter}/triage', { params: { path: { matter } }, signal }))).decisions,
    staleTime: 60_000,
  });

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: async ({ signal }) => (await take(api.GET('/api/sources', { signal }))).sources,
  staleTime: 60_000,
});

// What may be attached here, and how large each type may be.
export const fileLimitsQuery = queryOptions({
  queryKey: ['file-limits'],
  queryFn: ({ signal }) => take(api.GET('/api/answer-files', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export const ownProfileQuery = queryOptions({
  queryKey: ['own-profile'],
  queryFn: ({ signal }) => take(api.GET('/api/profile', { signal })),
  staleTime: 60_000,
});

export const houseRulesQuery = queryOptions({
  queryKey: ['house-rules'],
  queryFn: async ({ signal }) => (await take(api.GET('/api/house-rules', { signal }))).rules,
});

const kLasting: readonly unknown[] = ['session', 'node', 'law', 'selector-types', 'demo', 'sources'];

// After a write nothing on the screen may be older than the write.
export function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ predicate: ({ queryKey }) => !kLasting.includes(queryKey[0]) }), [client]);
}
