import { lazy, Suspense, useId, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../design/Button";
import { Skeleton } from "../design/Skeleton";
import type { ChartTable, Drawing } from "./context";
import { csvOf } from "./csv";
import { LegendList } from "./LegendList";
import "./charts.css";

const EChart = lazy(() => import("./EChart"));

export interface ChartFrameProps {
  /** A sentence that says what the picture shows. */
  title: string;
  note?: ReactNode;
  drawing: Drawing;
  /** Called with the key of the mark, or of the row of its table. */
  onSelect?: (key: string) => void;
  /** Name of the file of shown figures, without ending. */
  file: string;
}

/** A picture with its sentence, and the same figures as a table that a screen reader and a keyboard reach. */
export function ChartFrame({ title, note, drawing, onSelect, file }: ChartFrameProps) {
  const { t } = useTranslation("charts");
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return (
    <figure className="chart panel" aria-labelledby={id}>
      <figcaption className="panel__head">
        <span>
          <span className="panel__title" id={id}>
            {title}
          </span>
          {note && <span className="chart__note">{note}</span>}
        </span>
        <span className="chart__tools">
          <Button kind="text" icon={asTable ? "chart" : "table"} aria-pressed={asTable} onClick={() => setAsTable(!asTable)} title={asTable ? t("showChart") : t("showTable")} aria-label={`${asTable ? t("showChart") : t("showTable")}: ${title}`} />
          <Button kind="text" icon="download" onClick={() => downloadTable(drawing.table, file)} title={t("csv")} aria-label={`${t("csv")}: ${title}`} />
        </span>
      </figcaption>
      <div className="chart__body" style={{ minHeight: drawing.height }}>
        {asTable ? (
          <FigureTable table={drawing.table} name={title} onSelect={onSelect} />
        ) : (
          <Suspense fallback={<Skeleton height={drawing.height} />}>
            <EChart option={drawing.option} height={drawing.height} label={`${title} ${t("tableHint")}`} onSelect={onSelect} />
          </Suspense>
        )}
        {drawing.legend && !asTable && <LegendList legend={drawing.legend} name={title} onSelect={onSelect} />}
      </div>
    </figure>
  );
}

function FigureTable({ table, name, onSelect }: { table: ChartTable; name: string; onSelect?: (key: string) => void }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={name}>
      <table className="table table--compact" aria-label={name}>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th scope="col" key={column.title} className={column.numeric ? "number" : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={row.key ?? `row ${index}`}>
              {row.cells.map((cell, at) => (
                <td key={at} className={table.columns[at]?.numeric ? "number" : undefined}>
                  {at === 0 && onSelect && row.key !== undefined ? (
                    <button type="button" className="text-button" onClick={() => onSelect(row.key!)}>
                      {cell}
                    </button>
                  ) : (
                    cell
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function downloadTable(table: ChartTable, file: string): void {
  const blob = new Blob(["\ufeff", csvOf(table)], { type: "text/csv;charset=utf-8" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${file}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
