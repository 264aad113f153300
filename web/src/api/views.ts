import { queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";

/** Saved views of one list, one's own and shared ones; all of them without a place. */
export const viewsQuery = (place: string) =>
  queryOptions({ queryKey: ["views", place], queryFn: ({ signal }) => answer(client.GET("/company/views", { params: { query: { place } }, signal })) });
