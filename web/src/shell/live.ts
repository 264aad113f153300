import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { api } from "../api/client";
import type { Job } from "../api/types";

const EVENTS = "/api/v1/events";
/** How often jobs are asked for while no stream is open. */
const POLL_MS = 4000;
/** After so many failed streams in a row the browser is left in peace and the jobs are polled. */
const STREAMS_TRIED = 3;

export const jobsKey = ["jobs", "recent"] as const;

export function placeJob(jobs: Job[], job: Job): Job[] {
  const rest = jobs.filter((each) => each.id !== job.id);
  return [job, ...rest].slice(0, 20);
}

function subscribeVisible(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}

function useVisible(): boolean {
  return useSyncExternalStore(subscribeVisible, () => document.visibilityState === "visible");
}

/**
 * Running and recent jobs. The server pushes each change (an event `job` whose data is the job); its streams end after
 * a minute and the browser opens the next by itself, sending Last-Event-ID. Without a stream the list is polled.
 * A tab in the background holds none: a browser grants one server six connections, over all tabs together.
 */
export function useJobs(): Job[] {
  const queries = useQueryClient();
  const [streaming, setStreaming] = useState(false);
  const visible = useVisible();
  const { data } = useQuery({
    queryKey: jobsKey,
    queryFn: ({ signal }) => api.get<{ items: Job[] }>("/jobs", { limit: 20 }, signal).then((page) => page.items),
    refetchInterval: streaming ? false : POLL_MS,
  });
  useEffect(() => {
    if (typeof EventSource === "undefined" || !visible) return;
    const stream = new EventSource(EVENTS);
    let failures = 0;
    stream.onopen = () => {
      failures = 0;
      setStreaming(true);
    };
    stream.onerror = () => {
      setStreaming(false);
      failures += 1;
      if (failures >= STREAMS_TRIED) stream.close();
    };
    stream.addEventListener("job", (event: MessageEvent<string>) => {
      const job = JSON.parse(event.data) as Job;
      queries.setQueryData<Job[]>(jobsKey, (jobs = []) => placeJob(jobs, job));
      if (job.state === "done" || job.state === "failed" || job.state === "cancelled") {
        void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "jobs" && query.queryKey[0] !== "session" });
      }
    });
    return () => {
      stream.close();
      setStreaming(false);
    };
  }, [queries, visible]);
  return data ?? [];
}
