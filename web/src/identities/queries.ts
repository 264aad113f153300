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

export const membersQuery = (customerId: number) =>
  queryOptions({
    queryKey: ["identities", "members", customerId],
    queryFn: ({ signal }) => answer(client.GET("/identities/customers/{customer_id}", { params: { path: { customer_id: customerId } }, signal })),
  });

export const actsQuery = (customerId: number) =>
  queryOptions({
    queryKey: ["identities", "acts", customerId],
    queryFn: ({ signal }) => answer(client.GET("/identities/customers/{customer_id}/history", { params: { path: { customer_id: customerId }, query: { limit: 50 } }, signal })),
  });

export const fieldsQuery = (customerId: number) =>
  queryOptions({
    queryKey: ["identities", "fields", customerId],
    queryFn: ({ signal }) => answer(client.GET("/identities/customers/{customer_id}/fields", { params: { path: { customer_id: customerId } }, signal })),
  });

export const joinQuery = (customers: number[]) =>
  queryOptions({
    queryKey: ["identities", "join", customers],
    enabled: customers.length > 1,
    retry: false,
    queryFn: ({ signal }) => answer(client.POST("/identities/join/preview", { body: { customers }, signal })),
  });

export const partQuery = (customerId: number, identities: number[]) =>
  queryOptions({
    queryKey: ["identities", "part", customerId, identities],
    queryFn: ({ signal }) => answer(client.POST("/identities/customers/{customer_id}/part/preview", { params: { path: { customer_id: customerId } }, body: { identities }, signal })),
  });

export const rulesQuery = queryOptions({
  queryKey: ["identities", "rules"],
  queryFn: ({ signal }) => answer(client.GET("/identities/rules", { signal })),
  refetchInterval: ({ state }) => (state.data?.under_way ? BEAT_MS : false),
});
