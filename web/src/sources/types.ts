import type { components } from "../api/schema";

type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Source = Schema<"SourceRow">;
export type Stream = Schema<"StreamRow">;
export type StreamDetail = Schema<"StreamDetail">;
export type Run = Schema<"RunRow">;
export type Offer = Schema<"OfferRow">;
export type Preview = Schema<"StreamPreview">;
export type Systems = Schema<"Systems">;
export type Preset = Schema<"PresetRow">;
export type Health = Stream["health"];

/** What a kind of source is told of a connection, and of a table or list; the server checks it in full. */
export type Settings = Record<string, unknown>;
/** Field → column, "" where it has none. */
export type FieldMap = Record<string, string>;
