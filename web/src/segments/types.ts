import type { Schema } from "../api/client";

export type SegmentsOverview = Schema<"SegmentOverview">;
export type SegmentFigures = Schema<"SegmentFigures">;
export type FieldKind = "text" | "choice" | "person" | "team" | "count" | "money" | "day" | "number" | "flag";
export interface RuleField {
  field: string;
  kind: FieldKind;
}

/** As the server takes it: the value is exactly that of the customer list's filter. */
export interface Leaf {
  field: string;
  value: unknown;
}
export interface Tree {
  op: "and" | "or";
  rules: (Tree | Leaf)[];
}
