import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { answer, BASE, client } from "../api/client";
import { useMay } from "../api/session";
import type { Job } from "../api/types";

const EVENTS = `${BASE}/company/events`;
/** How often the server is asked for news while no stream is open. */
const POLL_MS = 4000;
/** After so many failed streams in a row the browser is left in peace and the news are polled. */
const STREAMS_TRIED = 3;

/** What a topic of the server makes stale, by the first part of the queries' keys. */
export const staleBy: Record<string, readonly string[]> = {
  import: ["imports", "customers", "identities", "dashboard", "dashboards", "worklist"],
  refresh: ["customers", "segments", "predictions", "dashboard", "dashboards", "worklist", "imports"],
  segment: ["segments"],
  segments: ["segments", "customers"],
  worklist: ["worklist"],
  event: ["events"],
  prediction: ["predictions", "customers"],
  score: ["predictions", "customers"],
  ledger: ["predictions", "ledger"],
  customer: ["customers", "identities", "worklist"],
  customers: ["customers", "identities", "segments", "worklist"],
  activity: ["customers", "worklist"],
  company: ["session", "settings"],
  source: ["sources"],
};
const TOPICS = [...Object.keys(staleBy), "job", "demo"];

export const jobsKey = ["jobs", "recent"] as const;

/** The newest twenty, by age; an event brings a part of a job, and what it does not bring stays. */
export function placeJob(jobs: Job[], news: Partial<Job> & { id: number }): Job[] {
  return jobs.map((job) => (job.id === news.id ? { ...job, ...news } : job));
}

type JobNews = { id: number; state: Job["state"]; stage: string; done: number; total: number };
type News = { topic: string; payload: Record<string, unknown> };
const DONE = ["done", "failed", "cancelled"];

function hear(queries: QueryClient, { topic, payload }: News): void {
  if (topic === "job") {
    const { id, state, stage, done, total } = payload as unknown as JobNews;
    const news = { id, state, stage, progress_done: done, progress_total: total };
    const known = queries.getQueryData<Job[]>(jobsKey);
    // A job that is new to us, or one that has ended (with a result or a reason), is asked for whole.
    if (!known?.some((job) => job.id === news.id) || DONE.includes(state)) void queries.invalidateQueries({ queryKey: jobsKey });
    else queries.setQueryData<Job[]>(jobsKey, (jobs = []) => placeJob(jobs, news));
    void queries.invalidateQueries({ queryKey: ["settings", "jobs"] });
    return;
  }
  const stale = staleBy[topic] ?? [];
  void queries.invalidateQueries({ predicate: (query) => stale.includes(String(query.queryKey[0])) });
}

function subscribeVisible(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}

function useVisible(): boolean {
  return useSyncExternalStore(subscribeVisible, () => document.visibilityState === "visible");
}

/**
 * Listens to what changes on the server and makes stale what it is about; used once, by the frame. The streams end after a
 * minute and the browser opens the next by itself, sending Last-Event-ID. Beyond the streams' number the news are polled.
 * A tab in the background holds none: a browser grants one server six connections, over all tabs together.
 */
export function useLive(signedIn: boolean): void {
  const queries = useQueryClient();
  const [streaming, setStreaming] = useState(false);
  const visible = useVisible();
  const listen = signedIn && visible;
  useEffect(() => {
    if (typeof EventSource === "undefined" || !listen) return;
    const stream = new EventSource(EVENTS);
    let failures = 0;
    stream.onopen = () => {
      failures = 0;
      setStreaming(true);
    };
    stream.onerror = () => {
      failures += 1;
      // A stream that has ended is opened again by the browser; only one that cannot be opened is given up.
      if (stream.readyState === EventSource.CLOSED || failures >= STREAMS_TRIED) {
        stream.close();
        setStreaming(false);
      }
    };
    for (const topic of TOPICS) {
      stream.addEventListener(topic, (event: MessageEvent<string>) => hear(queries, { topic, payload: JSON.parse(event.data) as News["payload"] }));
    }
    return () => {
      stream.close();
      setStreaming(false);
    };
  }, [queries, listen]);
  useEffect(() => {
    if (!listen || streaming) return;
    let after: number | undefined;
    const ask = async () => {
      const news = await answer(client.GET("/company/events/poll", { params: { query: { after } } }));
      for (const item of after === undefined ? [] : news.items) hear(queries, item as News);
      after = news.last_id;
    };
    const quietly = () => void ask().catch(() => undefined);
    quietly();
    const timer = setInterval(quietly, POLL_MS);
    return () => clearInterval(timer);
  }, [queries, listen, streaming]);
}

/** Running and recent jobs; empty for who may not see them. */
export function useJobs(): Job[] {
  const mayRead = useMay("job", "read");
  const { data } = useQuery({
    queryKey: jobsKey,
    queryFn: ({ signal }) => answer(client.GET("/company/jobs", { params: { query: { limit: 20 } }, signal })).then((page) => page.items),
    enabled: mayRead,
  });
  return data ?? [];
}
