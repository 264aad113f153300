import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, client } from "../api/client";
import type { VersionDetail } from "./types";

export function useTasks() {
  return useQuery({ queryKey: ["predictions", "tasks"], queryFn: ({ signal }) => answer(client.GET("/predictions", { signal })) });
}

export function useVersion(id: number | undefined) {
  return useQuery({
    queryKey: ["predictions", "version", id],
    enabled: id !== undefined,
    queryFn: async ({ signal }) => (await answer(client.GET("/predictions/versions/{version_id}", { params: { path: { version_id: id ?? 0 } }, signal }))) as unknown as VersionDetail,
  });
}

export function useVersions() {
  return useInfiniteQuery({
    queryKey: ["predictions", "versions"],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/predictions/versions", { params: { query: { after: pageParam, limit: 20 } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
}

/** What was said beforehand, or what was said looking back. */
export function useLedger(lookBack: boolean) {
  return useInfiniteQuery({
    queryKey: ["predictions", "ledger", lookBack ? "looked-back" : "beforehand"],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/predictions/ledger", { params: { query: { look_back: lookBack, after: pageParam, limit: 20 } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
}
