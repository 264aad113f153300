import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, client, type Schema } from "../api/client";

export type WorkItem = Schema<"WorkItemOut">;
export type Whose = "all" | "mine" | "nobody";

export const todayQuery = (whose: Whose, state: "open" | "snoozed") =>
  infiniteQueryOptions({
    queryKey: ["worklist", state, whose],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/worklists/today", { params: { query: { whose, state, after: pageParam, limit: 100 } }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const historyQuery = infiniteQueryOptions({
  queryKey: ["worklist", "history"],
  queryFn: ({ pageParam, signal }) => answer(client.GET("/worklists/history", { params: { query: { after: pageParam, limit: 100 } }, signal })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next ?? undefined,
});

const DAY_MS = 86_400_000;

/** The beginning of today on the company's calendar, as if it were UTC. */
function todayAt(zone: string, now: Date): number {
  return Date.parse(`${new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now)}T00:00:00Z`);
}

/** A day so many days from today, on the company's calendar. */
export function dayFromToday(days: number, zone: string, now = new Date()): string {
  return new Date(todayAt(zone, now) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How many days of the company's calendar lie between a day and today. */
export function daysSince(day: string, zone: string, now = new Date()): number {
  return Math.round((todayAt(zone, now) - Date.parse(`${day}T00:00:00Z`)) / DAY_MS);
}
