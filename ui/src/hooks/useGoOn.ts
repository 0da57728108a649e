// The server looks at a bounded number of matters for each page of a list: one may be empty although the list goes on. Nobody is to read
// "nothing" then, so the next page is asked for until there is a row, or until that has been tried often enough.
import { useEffect } from 'react';

const kEmptyPagesMax = 20;

interface Pages {
  readonly data?: { readonly pages: readonly unknown[] } | undefined;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
}

/** True while a first row is still being looked for. */
export function useGoOn({ data, hasNextPage, isFetchingNextPage, fetchNextPage }: Pages, rows: number): boolean {
  const isLooking = rows === 0 && hasNextPage && (data?.pages.length ?? 0) < kEmptyPagesMax;
  const asks = isLooking && !isFetchingNextPage;
  useEffect(() => {
    if (asks) void fetchNextPage();
  }, [asks, fetchNextPage]);
  return isLooking;
}
