import { useMutation, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useState } from "react";
import { answer, client, type Schema } from "../api/client";
import { pairsQuery } from "./queries";
import type { Asked, Word } from "./types";

export interface Given {
  decision: number;
  word: Word;
  count: number;
}

/** Answers to pairs of one queue: an answered pair leaves it at once, and the last act can be taken back. */
export function useAnswers(asked: Asked) {
  const queries = useQueryClient();
  const [last, setLast] = useState<Given | "undone" | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: ["identities"] });
  const decide = useMutation({
    mutationFn: ({ pairs, word }: { pairs: number[]; word: Word }) => answer(client.POST("/identities/pairs/decide", { body: { answers: pairs.map((pair) => ({ pair, word })) } })),
    onSuccess: ({ decision }, { pairs, word }) => {
      setLast({ decision, word, count: pairs.length });
      const gone = new Set(pairs);
      queries.setQueryData<InfiniteData<Schema<"PairPage">, string>>(pairsQuery(asked).queryKey, (known) => known && { ...known, pages: known.pages.map((page) => ({ ...page, items: page.items.filter((pair) => !gone.has(pair.id)) })) });
      void again();
      void queries.invalidateQueries({ queryKey: ["customers"] });
    },
    // Somebody else was faster: the queue as it stands now.
    onError: () => void again(),
  });
  const undo = useMutation({
    mutationFn: (decision: number) => answer(client.POST("/identities/decisions/{decision_id}/undo", { params: { path: { decision_id: decision } } })),
    onSuccess: () => {
      setLast("undone");
      void again();
      void queries.invalidateQueries({ queryKey: ["customers"] });
    },
  });
  return {
    last,
    busy: decide.isPending || undo.isPending,
    error: decide.error ?? undo.error,
    decide: (pairs: number[], word: Word) => decide.mutate({ pairs, word }),
    undo: () => {
      if (last && last !== "undone") undo.mutate(last.decision);
    },
  };
}
