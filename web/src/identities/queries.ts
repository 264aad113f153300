import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, client } from "../api/client";
import type { Asked } from "./types";

/** How often a resolution under way is asked for. */
const BEAT_MS = 1500;

export const resolutionQuery = queryOptions({
  queryKey: ["identities", "resolution"],
  queryFn: ({ signal }) => answer(client.GET("/identities/resolution", { signal })),
  refetchInterval: ({ state }) => (state.data?.under_way ? BEAT_MS : false),
});

export const pairsQuery = (asked: Asked) =>
  infiniteQueryOptions({
    queryKey: ["identities", "pairs", asked],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/identities/pairs", { params: { query: { ...asked, after: pageParam } }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const pairCountQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ["identities", "count", asked],
    queryFn: ({ signal }) => answer(client.GET("/identities/pairs/count", { params: { query: { ...asked } }, signal })),
  });
