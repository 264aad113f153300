import { queryOptions } from "@tanstack/react-query";
import { answer, client } from "./client";

/** To whom customers and tasks can be given, and what the customers' filters offer. */
export const optionsQuery = queryOptions({
  queryKey: ["customers", "options"],
  queryFn: ({ signal }) => answer(client.GET("/customers/options", { signal })),
  staleTime: 60_000,
});
