import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/useFormat";
import { Button } from "../Button";
import { Menu, Popover } from "../Popover";
import type { Column, Selection } from "./types";

export interface SavedView {
  id: string;
  name: string;
  /** The address part behind "?" that the view stands for. */
  query: string;
}

export interface TableToolsProps<Row> {
  columns: Column<Row>[];
  shownKeys: string[];
  onShownKeys: (keys: string[]) => void;
  compact: boolean;
  onCompact: (compact: boolean) => void;
  total: number | null;
  /** Search and filters. */
  children?: ReactNode;
  views?: SavedView[];
  currentView?: string;
  onView?: (view: SavedView | null) => void;
  onSaveView?: (name: string) => void;
  onExport?: (format: "csv" | "xlsx" | "parquet") => void;
  /** What else can be done with the list, at the end. */
  more?: ReactNode;
}

export function TableTools<Row>(props: TableToolsProps<Row>) {
  const { t } = useTranslation("design");
  const format = useFormat();
  const { total, compact, onCompact } = props;
  return (
    <div className="table-tools">
      {props.views && <Views {...props} />}
      {props.children}
      <div className="table-tools__actions">
        <span className="small soft" role="status">
          {total === null ? t("table.counting") : t("table.count", { count: total, formatted: format.number(total) })}
        </span>
        <ColumnChoice {...props} />
        <Button kind="text" icon="density" aria-pressed={compact} aria-label={`${t("table.density")}: ${compact ? t("table.compact") : t("table.comfortable")}`} title={t("table.density")} onClick={() => onCompact(!compact)} />
        {props.onExport && (
          <Menu
            label={t("table.export")}
            icon="download"
            align="end"
            entries={(["csv", "xlsx", "parquet"] as const).map((kind) => ({
              key: kind,
              label: t("table.exportAs", { format: { csv: "CSV", xlsx: "Excel", parquet: "Parquet" }[kind] }),
              onChoose: () => props.onExport?.(kind),
            }))}
          />
        )}
        {props.more}
      </div>
    </div>
  );
}

function ColumnChoice<Row>({ columns, shownKeys, onShownKeys }: TableToolsProps<Row>) {
  const { t } = useTranslation("design");
  return (
    <Popover label={null} name={t("table.columns")} icon="columns" kind="text" align="end">
      {() =>
        columns
          .filter((column) => !column.main)
          .map((column) => (
            <label className="check" key={column.key}>
              <input
                type="checkbox"
                checked={shownKeys.includes(column.key)}
                onChange={(event) =>
                  onShownKeys(columns.map((each) => each.key).filter((key) => (key === column.key ? event.target.checked : shownKeys.includes(key))))
                }
              />
              {column.title}
            </label>
          ))
      }
    </Popover>
  );
}

function Views<Row>({ views = [], currentView, onView, onSaveView }: TableToolsProps<Row>) {
  const { t } = useTranslation("design");
  const [name, setName] = useState("");
  const current = views.find((view) => view.id === currentView);
  return (
    <Popover label={current?.name ?? t("table.viewDefault")} name={`${t("table.views")}: ${current?.name ?? t("table.viewDefault")}`} icon="star">
      {(close) => (
        <>
          {[null, ...views].map((view) => (
            <Button
              key={view?.id ?? "default"}
              kind="text"
              className="menu-entry"
              icon={view?.id === currentView ? "check" : undefined}
              onClick={() => {
                onView?.(view);
                close();
              }}
            >
              {view?.name ?? t("table.viewDefault")}
            </Button>
          ))}
          {onSaveView && (
            <form
              className="row"
              style={{ padding: 6, flexWrap: "nowrap" }}
              onSubmit={(event) => {
                event.preventDefault();
                if (!name.trim()) return;
                onSaveView(name.trim());
                setName("");
                close();
              }}
            >
              <input className="input" value={name} maxLength={60} aria-label={t("table.viewName")} placeholder={t("table.viewName")} onChange={(event) => setName(event.target.value)} />
              <Button type="submit">{t("table.save")}</Button>
            </form>
          )}
        </>
      )}
    </Popover>
  );
}

/** Stands above the list while something is selected: how many, "all that match", and what can be done with them. */
export function SelectionBar({ selection, total, onSelection, children }: { selection: Selection; total: number | null; onSelection: (selection: Selection) => void; children: ReactNode }) {
  const { t } = useTranslation("design");
  const format = useFormat();
  const count = selection.kind === "all" ? (total ?? 0) : selection.keys.size;
  if (count === 0) return null;
  return (
    <div className="table-tools" role="region" aria-label={t("table.select")}>
      <span role="status">
        {selection.kind === "all" ? t("table.allSelected", { formatted: format.number(count) }) : t("table.selected", { formatted: format.number(count) })}
      </span>
      {selection.kind === "some" && total !== null && total > count && (
        <button type="button" className="text-button" onClick={() => onSelection({ kind: "all" })}>
          {t("table.selectAll", { formatted: format.number(total) })}
        </button>
      )}
      <button type="button" className="text-button" onClick={() => onSelection({ kind: "some", keys: new Set() })}>
        {t("table.clear")}
      </button>
      <span className="table-tools__space" />
      {children}
    </div>
  );
}
