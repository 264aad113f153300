import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { answer, client } from "../api/client";

/** Open tasks of one customer, whoever is to do them. */
export const tasksQuery = (customerId: number) =>
  queryOptions({
    queryKey: ["customers", "tasks", customerId],
    queryFn: ({ signal }) => answer(client.GET("/activities/tasks", { params: { query: { customer_id: customerId, mine: false, state: "open" } }, signal })),
  });

/** After anything was written about a customer: their timeline, tasks and sentence are asked for again. */
export function useWritten(customerId: number): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] === "worklist" || (query.queryKey[0] === "customers" && query.queryKey[2] === customerId) });
}
