import { QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";

/** A refusal is an answer: only a server that was not reached or fell over is asked again. */
function worthAnotherTry(count: number, error: unknown): boolean {
  return count < 2 && error instanceof Problem && (error.status === 0 || error.status >= 500);
}

export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: worthAnotherTry, staleTime: 30_000, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}
