import type { Schema } from "../api/client";

export type CustomerRow = Schema<"Row">;
export type CustomerDetail = Schema<"Detail">;
export type Change = Schema<"Change">;
export type Score = Schema<"ScoreOut">;
/** What was written by hand comes in the shapes of its own routes. */
export type TimelineItem = Omit<Schema<"TimelineItem">, "note" | "task" | "call"> & {
  note?: Schema<"NoteOut"> | null;
  task?: Schema<"TaskOut"> | null;
  call?: Schema<"CallOut"> | null;
};
export type TimelineKind = TimelineItem["kind"];
