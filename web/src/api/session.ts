import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, client } from "./client";
import { Problem } from "./problem";
import type { Action, Company, Me, ObjectName } from "./types";

/** Who is signed in; null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }): Promise<Me | null> => {
    const { data, error, response } = await client.GET("/accounts/me", { signal });
    if (response.status === 401) return null;
    return answer(Promise.resolve({ data, error, response } as { data?: Me; error?: unknown; response: Response }));
  },
  staleTime: 5 * 60_000,
  retry: (count, error) => count < 2 && error instanceof Problem && error.status !== 403,
});

/** Before anybody has signed in there is no company to ask; the pages of that time show no amounts. */
const nobody: Company = { name: "", currency: "CNY", zone: "Asia/Shanghai", language: "zh", is_sample: false, margin_percent: null };

/** The frame asks the server; everything inside it reads what the frame has been told. */
export function useMe(): Me | null {
  return useQuery({ ...sessionQuery, enabled: false }).data ?? null;
}

export function useCompany(): Company {
  return useMe()?.company ?? nobody;
}

export function useMay(object: ObjectName, action: Action = "write"): boolean {
  return useMe()?.permissions[object]?.[action] !== undefined;
}

/** May they do it to everything there is, not only to what is their own? */
export function useMayAll(object: ObjectName, action: Action = "write"): boolean {
  return useMe()?.permissions[object]?.[action] === "all";
}
