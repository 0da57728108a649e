// A list of matters that grows on demand: the server gives a cursor, the page asks for more.
import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../../api/api';
import { take } from '../../api/client';
import { useGoOn } from '../../hooks/useGoOn';
import type { ListFilter } from './queries';

export function useMatters(filter: ListFilter) {
  const query = useInfiniteQuery({
    queryKey: ['matters', 'pages', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      take(api.GET('/api/matters', { params: { query: { ...filter, ...(pageParam ? { cursor: pageParam } : {}) } }, signal })),
    getNextPageParam: (last) => last.next || undefined,
    refetchInterval: 60_000,
  });
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  const isLooking = useGoOn(query, rows.length);
  return { query, rows, isLooking, total: Math.max(rows.length, query.data?.pages[0]?.count ?? 0) };
}
