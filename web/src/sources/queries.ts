import { queryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { answer, client } from "../api/client";
import type { Run } from "./types";

/** How often a run that is under way is asked for. */
const BEAT_MS = 2000;
const UNDER_WAY: readonly Run["state"][] = ["pulling", "landed", "importing"];

export const isUnderWay = (run: Run) => UNDER_WAY.includes(run.state);

export const sourcesQuery = queryOptions({ queryKey: ["sources", "list"], queryFn: ({ signal }) => answer(client.GET("/sources", { signal })) });
export const systemsQuery = queryOptions({ queryKey: ["sources", "systems"], staleTime: Infinity, queryFn: ({ signal }) => answer(client.GET("/sources/systems", { signal })) });
export const sourceQuery = (id: number) => queryOptions({ queryKey: ["sources", "one", id], queryFn: ({ signal }) => answer(client.GET("/sources/{source_id}", { params: { path: { source_id: id } }, signal })) });
export const streamQuery = (id: number) => queryOptions({ queryKey: ["sources", "stream", id], queryFn: ({ signal }) => answer(client.GET("/sources/streams/{stream_id}", { params: { path: { stream_id: id } }, signal })) });
/** Reaches the system, so it is asked when somebody looks, and not again by itself. */
export const offersQuery = (id: number) =>
  queryOptions({ queryKey: ["sources", "offers", id], retry: false, staleTime: 60_000, refetchOnWindowFocus: false, queryFn: ({ signal }) => answer(client.POST("/sources/{source_id}/offers", { params: { path: { source_id: id } }, signal })) });

export function useRuns(streamId: number) {
  return useInfiniteQuery({
    queryKey: ["sources", "runs", streamId],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/sources/streams/{stream_id}/runs", { params: { path: { stream_id: streamId }, query: { after: pageParam, limit: 10 } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some(isUnderWay)) ? BEAT_MS : false),
  });
}
