import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, client, type Schema } from "../api/client";

export type WorkItem = Schema<"WorkItemOut">;
export type Whose = "all" | "mine" | "nobody";

export const todayQuery = (whose: Whose, state: "open" | "snoozed") =>
  infiniteQueryOptions({
    queryKey: ["worklist", state, whose],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/worklists/today", { params: { query: { whose, state, cursor: pageParam, limit: 100 } }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const historyQuery = infiniteQueryOptions({
  queryKey: ["worklist", "history"],
  queryFn: ({ pageParam, signal }) => answer(client.GET("/worklists/history", { params: { query: { cursor: pageParam, limit: 100 } }, signal })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next ?? undefined,
});

/** A day so many days from today, on the company's calendar. */
export function dayFromToday(days: number, zone: string, now = new Date()): string {
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
  return new Date(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
