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
  /** Shown at first only where there is room for all: the first to go on a common laptop. */
  spare?: boolean;
  /** What can be done with a row: it stays at the right edge while the rest goes sideways. */
  pinned?: boolean;
}

/** What a list shows until its reader chooses. */
export function shownAtFirst<Row>(columns: Column<Row>[], narrow: boolean): Column<Row>[] {
  return columns.filter((column) => column.shown && !(narrow && column.spare));
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
