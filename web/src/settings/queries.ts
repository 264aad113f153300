import { queryOptions } from "@tanstack/react-query";
import { answer, client } from "../api/client";

export const teamsQuery = queryOptions({ queryKey: ["settings", "teams"], queryFn: ({ signal }) => answer(client.GET("/accounts/teams", { signal })) });

export const ROLES = ["administrator", "manager", "analyst", "agent"] as const;
export type Role = (typeof ROLES)[number];
