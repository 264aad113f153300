import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Query } from "../api/client";
import type { Page } from "../api/types";
import type { SavedView } from "../design/table/TableTools";
import type { CustomerDetail, CustomerRow, CustomersSummary, TimelineEntry, TimelineKind } from "./types";

export const PAGE_SIZE = 100;

export const customersQuery = (filter: Query) =>
  infiniteQueryOptions({
    queryKey: ["customers", "list", filter],
    queryFn: ({ pageParam, signal }) => api.get<Page<CustomerRow>>("/customers", { ...filter, limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export const summaryQuery = queryOptions({
  queryKey: ["customers", "summary"],
  queryFn: ({ signal }) => api.get<CustomersSummary>("/customers/summary", {}, signal),
});

export const viewsQuery = queryOptions({
  queryKey: ["views", "customers"],
  queryFn: ({ signal }) => api.get<{ items: SavedView[] }>("/views", { object: "customers" }, signal).then((page) => page.items),
});

export const customerQuery = (id: string) =>
  queryOptions({ queryKey: ["customers", "one", id], queryFn: ({ signal }) => api.get<CustomerDetail>(`/customers/${encodeURIComponent(id)}`, {}, signal) });

export const timelineQuery = (id: string, kinds: TimelineKind[]) =>
  infiniteQueryOptions({
    queryKey: ["customers", "timeline", id, kinds],
    queryFn: ({ pageParam, signal }) => api.get<Page<TimelineEntry>>(`/customers/${encodeURIComponent(id)}/timeline`, { kinds, cursor: pageParam, limit: 30 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
