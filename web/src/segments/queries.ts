import { queryOptions } from "@tanstack/react-query";
import { answer, client } from "../api/client";

export const overviewQuery = queryOptions({ queryKey: ["segments", "overview"], queryFn: ({ signal }) => answer(client.GET("/segments/overview", { signal })) });
export const ownQuery = queryOptions({ queryKey: ["segments", "own"], queryFn: ({ signal }) => answer(client.GET("/segments", { signal })) });
export const fieldsQuery = queryOptions({ queryKey: ["segments", "fields"], staleTime: Infinity, queryFn: ({ signal }) => answer(client.GET("/segments/fields", { signal })) });
export const segmentQuery = (id: number) =>
  queryOptions({ queryKey: ["segments", "one", id], queryFn: ({ signal }) => answer(client.GET("/segments/{segment_id}", { params: { path: { segment_id: id } }, signal })) });
