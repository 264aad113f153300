import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, client } from "../api/client";
import type { Job } from "../api/types";
import { WORKING, type IdenticalLines, type ImportDetail, type ImportRow, type ImportSummary, type KindFields, type NumberedPage, type RejectedRow } from "./types";

/** The contract calls some parts plain objects; `types.ts` spells out what the server puts into them. */
export const spelled = <Told>(told: unknown): Told => told as Told;

/** How often a running import is asked for. */
const BEAT_MS = 1500;

export const importKey = (id: number | string | undefined) => ["imports", "one", String(id)] as const;

export function useImport(id: number | string | undefined) {
  return useQuery({
    queryKey: importKey(id),
    enabled: id !== undefined,
    queryFn: ({ signal }) => answer(client.GET("/imports/{import_id}", { params: { path: { import_id: Number(id) } }, signal })).then(spelled<ImportDetail>),
    refetchInterval: ({ state }) => (state.data && WORKING.includes(state.data.state) ? BEAT_MS : false),
  });
}

export function useImports() {
  return useInfiniteQuery({
    queryKey: ["imports", "list"],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/imports", { params: { query: { after: pageParam, limit: 50 } }, signal })).then(spelled<NumberedPage<ImportRow>>),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some((row) => WORKING.includes(row.state))) ? BEAT_MS : false),
  });
}

export function useSummary() {
  return useQuery({ queryKey: ["imports", "summary"], queryFn: ({ signal }) => answer(client.GET("/imports/summary", { signal })).then(spelled<ImportSummary>) });
}

export function useKinds() {
  return useQuery({ queryKey: ["imports", "kinds"], staleTime: Infinity, queryFn: ({ signal }) => answer(client.GET("/imports/kinds", { signal })).then(spelled<KindFields[]>) });
}

export function useIdenticalLines() {
  return useQuery({ queryKey: ["imports", "identical"], queryFn: ({ signal }) => answer(client.GET("/imports/identical-lines", { signal })).then(spelled<IdenticalLines>) });
}

export function useRejected(importId: number, state: string) {
  return useInfiniteQuery({
    queryKey: ["imports", "rejected", importId, state],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/imports/{import_id}/rejected", { params: { path: { import_id: importId }, query: { after: pageParam, limit: 50 } }, signal })).then(spelled<NumberedPage<RejectedRow>>),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
}

export const isActive = (job: Job | undefined) => job?.state === "queued" || job?.state === "running";

export function useJob(id: number | null) {
  return useQuery({
    queryKey: ["jobs", "one", id],
    enabled: id !== null,
    queryFn: ({ signal }) => answer(client.GET("/company/jobs/{job_id}", { params: { path: { job_id: id ?? 0 } }, signal })),
    refetchInterval: ({ state }) => (state.data && !isActive(state.data) ? false : BEAT_MS),
  });
}

/** The refresh that follows an import by itself. */
export function useLastRefresh(wanted: boolean) {
  return useQuery({
    queryKey: ["jobs", "refresh"],
    enabled: wanted,
    queryFn: ({ signal }) => answer(client.GET("/company/jobs", { params: { query: { kind: "refresh", limit: 1 } }, signal })).then((page) => page.items[0] ?? null),
    refetchInterval: ({ state }) => (state.data && isActive(state.data) ? BEAT_MS : false),
  });
}
