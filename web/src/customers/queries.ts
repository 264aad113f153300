import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, client } from "../api/client";
import { filterText, type CustomerFilter } from "./address";
import type { TimelineKind } from "./types";

export const PAGE_SIZE = 100;
/** A phone shows cards, of which a hundred are a long way to scroll. */
export const PHONE_PAGE = 25;

export const customersQuery = (filter: CustomerFilter, sort: string, limit = PAGE_SIZE) =>
  infiniteQueryOptions({
    queryKey: ["customers", "list", filter, sort, limit],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/customers", { params: { query: { filter: filterText(filter), sort, after: pageParam, limit } }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** How many there are, exactly; asked apart, so that the rows do not wait for it. */
export const countQuery = (filter: CustomerFilter) =>
  queryOptions({
    queryKey: ["customers", "count", filter],
    queryFn: ({ signal }) => answer(client.GET("/customers/count", { params: { query: { filter: filterText(filter), exact: true } }, signal })).then((found) => found.count),
  });

export const customerQuery = (id: number) =>
  queryOptions({
    queryKey: ["customers", "one", id],
    queryFn: ({ signal }) => answer(client.GET("/customers/{customer_id}", { params: { path: { customer_id: id } }, signal })),
  });

export const scoresQuery = (id: number) =>
  queryOptions({
    queryKey: ["customers", "scores", id],
    queryFn: ({ signal }) => answer(client.GET("/predictions/customers/{customer_id}", { params: { path: { customer_id: id } }, signal })),
  });

export const changesQuery = (id: number) =>
  queryOptions({
    queryKey: ["customers", "scores", id, "changes"],
    queryFn: ({ signal }) => answer(client.GET("/predictions/customers/{customer_id}/changes", { params: { path: { customer_id: id } }, signal })),
    retry: false,
  });

/** The newest orders, for the picture; the list of everything is the timeline. */
export const ordersQuery = (id: number) =>
  queryOptions({
    queryKey: ["customers", "orders", id],
    queryFn: ({ signal }) => answer(client.GET("/customers/{customer_id}/orders", { params: { path: { customer_id: id }, query: { limit: 200 } }, signal })),
  });

export const historyQuery = (id: number, field: string) =>
  queryOptions({
    queryKey: ["customers", "history", id, field],
    queryFn: ({ signal }) => answer(client.GET("/customers/{customer_id}/history", { params: { path: { customer_id: id }, query: { field, limit: 50 } }, signal })),
  });

export const timelineQuery = (id: number, kinds: readonly TimelineKind[]) =>
  infiniteQueryOptions({
    queryKey: ["customers", "timeline", id, kinds],
    queryFn: ({ pageParam, signal }) =>
      answer(client.GET("/customers/{customer_id}/timeline", { params: { path: { customer_id: id }, query: { kinds: kinds.join(","), after: pageParam, limit: 30 } }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
