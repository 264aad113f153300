import type { ReactNode } from "react";

export interface Column<Row> {
  key: string;
  title: string;
  render: (row: Row) => ReactNode;
  /** Right-aligned, tabular. */
  numeric?: boolean;
  /** The server can order by it; the key is what it is called. */
  sortable?: boolean;
  /** Always shown, and the heading of the card on a phone. */
  main?: boolean;
  /** Shown until the reader chooses. */
  shown?: boolean;
}

/** "-spend" is descending. */
export type Sort = string;

export type Selection = { kind: "some"; keys: ReadonlySet<string> } | { kind: "all" };

export const nothingSelected: Selection = { kind: "some", keys: new Set() };

export function isSelected(selection: Selection, key: string): boolean {
  return selection.kind === "all" || selection.keys.has(key);
}

export function toggled(selection: Selection, key: string, keys: readonly string[]): Selection {
  const next = new Set(selection.kind === "all" ? keys : selection.keys);
  if (!next.delete(key)) next.add(key);
  return { kind: "some", keys: next };
}

export function nextSort(sort: Sort | undefined, key: string): Sort {
  return sort === `-${key}` ? key : `-${key}`;
}
