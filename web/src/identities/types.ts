import type { Schema } from "../api/client";

export type Pair = Schema<"RecordPair">;
export type Side = Schema<"PairSide">;
export type Evidence = Schema<"PairEvidence">;
export type Resolution = Schema<"Resolution">;
export type Run = Schema<"ResolutionRun">;
export type Word = Schema<"PairAnswer">["word"];
export type QueueState = "waiting" | "later";
export type QueueKind = "" | "person" | "organisation";

/** What of the queue is wanted. */
export interface Asked {
  state: QueueState;
  kind: QueueKind;
  source: string;
}

/** What a model told of itself; empty where nothing was linked. */
export interface ModelReport {
  pairs: number;
  linked: number;
  reviewed: number;
  threshold: number | null;
  estimated_precision: number | null;
  estimated_recall: number | null;
}

export interface Learned {
  compared: string;
  level: string;
  bits: number;
}

/** The contract calls it a plain object. A look has ``moved`` and no ``merged``; the way back has only ``taken_back`` and counts. */
export interface RunResult {
  certain?: number;
  joined?: number;
  contradicted?: number;
  decided?: number;
  moved?: number;
  identities: number;
  customers: number;
  reviews?: number;
  models?: Record<string, ModelReport>;
  learned?: Record<string, Learned[]>;
}

export type Members = Schema<"IdentityMembers">;
export type Member = Schema<"IdentityMember">;
export type MergedField = Schema<"MergedField">;
export type FieldWord = Schema<"FieldWord">;
export type FieldRule = Schema<"FieldRule">;
export type RulesState = Schema<"RulesState">;
/** Field → the identity whose word is to stand, null for the company's rule; what is not in it stays as it is. */
export type Choices = Record<string, number | null>;
