import { useInfiniteQuery } from "@tanstack/react-query";

interface Page<Row> {
  items: Row[];
  /** Asks for the page that follows; null at the end. */
  next: number | null;
}

/** A list of the settings, page after page. `key` is what it is asked by; `every` says after how many ms it is asked anew. */
export function useList<Row>(key: readonly unknown[], ask: (after: number | undefined, signal: AbortSignal) => Promise<Page<Row>>, every?: (rows: Row[]) => number | false) {
  const list = useInfiniteQuery({
    queryKey: ["settings", ...key],
    queryFn: ({ pageParam, signal }) => ask(pageParam, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) => every?.(state.data?.pages.flatMap((page) => page.items) ?? []) ?? false,
  });
  return {
    rows: list.data?.pages.flatMap((page) => page.items) ?? [],
    error: list.error,
    retry: () => void list.refetch(),
    table: { loading: list.isPending, hasMore: list.hasNextPage, loadingMore: list.isFetchingNextPage, onMore: () => void list.fetchNextPage() },
  };
}
