import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, client } from "../api/client";

/** After identities have moved, everything that shows customers is asked for again. */
export function useMoved(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ predicate: ({ queryKey }) => ["identities", "customers", "worklist"].includes(String(queryKey[0])) });
}

/** Takes one act back. */
export function useUndo(onDone?: () => void) {
  const moved = useMoved();
  return useMutation({
    mutationFn: (decision: number) => answer(client.POST("/identities/decisions/{decision_id}/undo", { params: { path: { decision_id: decision } } })),
    onSuccess: () => {
      moved();
      onDone?.();
    },
  });
}
