import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "./client";
import type { Company, Permission, Session } from "./types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => api.get<Session>("/session", {}, signal),
  staleTime: 5 * 60_000,
  retry: false,
});

/** Before anybody has signed in there is no company to ask; the pages of that time show no amounts. */
const nobody: Company = { name: "", currency: "CNY", zone: "Asia/Shanghai", language: "zh", data_through: null, sample: false };

export function useSession(): Session {
  return useQuery(sessionQuery).data ?? { user: null, company: null };
}

export function useCompany(): Company {
  return useSession().company ?? nobody;
}

export function useMay(permission: Permission): boolean {
  return useSession().user?.permissions.includes(permission) ?? false;
}
