import type { ChartTable } from "./context";

/** A cell that a spreadsheet would run as a formula gets an apostrophe before it, as in `processing/cleaning/formulas.py`; signed figures with their units stay figures. */
function escaped(cell: string): string {
  const formula = /^[=@\t\r\n＝＋－＠]/.test(cell) || (/^[+-]/.test(cell) && !/^[+-][\d.,\s%¥$£€]+[\dKMB万亿%.]*$/.test(cell));
  const safe = formula ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(table: ChartTable): string {
  const lines = [table.columns.map((column) => column.title), ...table.rows.map((row) => row.cells)];
  return lines.map((cells) => cells.map(escaped).join(",")).join("\r\n") + "\r\n";
}
