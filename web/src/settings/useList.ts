import { useInfiniteQuery } from "@tanstack/react-query";
import { api, type Query } from "../api/client";
import type { Page } from "../api/types";

/** A list of the settings, page after page. */
export function useList<Row>(path: string, query: Query = {}) {
  const list = useInfiniteQuery({
    queryKey: ["settings", path, query],
    queryFn: ({ pageParam, signal }) => api.get<Page<Row>>(path, { ...query, cursor: pageParam, limit: 100 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  return {
    rows: list.data?.pages.flatMap((page) => page.items) ?? [],
    error: list.error,
    retry: () => void list.refetch(),
    table: { loading: list.isPending, hasMore: list.hasNextPage, loadingMore: list.isFetchingNextPage, onMore: () => void list.fetchNextPage() },
  };
}
