import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/useFormat";
import { EmptyState } from "../EmptyState";
import { Icon } from "../Icon";
import { control } from "../tokens";
import { Skeleton } from "../Skeleton";
import { usePhone } from "../usePhone";
import { useRowWindow } from "./rows";
import { isSelected, nextSort, toggled, type Column, type Selection, type Sort } from "./types";

export interface DataTableProps<Row> {
  /** Names the table for screen readers. */
  name: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  nameOf: (row: Row) => string;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  selection?: Selection;
  onSelection?: (selection: Selection) => void;
  compact?: boolean;
  loading?: boolean;
  hasMore?: boolean;
  loadingMore?: boolean;
  onMore?: () => void;
  empty?: ReactNode;
  /** Fills its own height and scrolls inside, with rows drawn as they come into view. */
  tall?: boolean;
}

/** A list read by key, page after page. A table on a wide screen, cards on a phone. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { t } = useTranslation("design");
  const phone = usePhone();
  const { rows, loading, empty, hasMore, loadingMore, onMore } = props;
  if (loading) return <TableSkeleton columns={props.columns.length} />;
  if (rows.length === 0) return <>{empty ?? <EmptyState title={t("table.noMatch")}>{t("table.noMatchHint")}</EmptyState>}</>;
  return (
    <>
      {phone ? <Cards {...props} /> : <Grid {...props} />}
      {hasMore && (
        <div className="table-foot">
          <button type="button" className="text-button" onClick={onMore} disabled={loadingMore}>
            {loadingMore ? t("table.loading") : t("table.more")}
          </button>
          <Shown count={rows.length} />
        </div>
      )}
    </>
  );
}

function Shown({ count }: { count: number }) {
  const { t } = useTranslation("design");
  const format = useFormat();
  return <span className="small">{t("table.loaded", { formatted: format.number(count) })}</span>;
}

function Grid<Row>(props: DataTableProps<Row>) {
  const { t } = useTranslation("design");
  const scroller = useRef<HTMLDivElement>(null);
  const { columns, rows, keyOf, nameOf, sort, onSort, selection, onSelection, compact, tall } = props;
  const rowHeight = compact ? control.compactRow : control.comfortableRow;
  const shown = useRowWindow(scroller, rowHeight, tall ? rows.length : 0);
  const [from, to] = tall ? [shown.from, shown.to] : [0, rows.length];
  const keys = rows.map(keyOf);
  const span = columns.length + (selection ? 1 : 0);
  const allShown = selection ? keys.every((key) => isSelected(selection, key)) : false;
  return (
    <div className={`table-scroll ${tall ? "table-scroll--tall" : ""}`} ref={scroller} tabIndex={0} role="region" aria-label={t("table.region", { name: props.name })}>
      <table className={`table ${compact ? "table--compact" : ""}`} aria-label={props.name} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {selection && (
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label={t("table.selectPage")}
                  checked={allShown}
                  onChange={() => onSelection?.(allShown ? { kind: "some", keys: new Set() } : { kind: "some", keys: new Set(keys) })}
                />
              </th>
            )}
            {columns.map((column) => (
              <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap height={from * rowHeight} span={span} />
          {rows.slice(from, to).map((row, index) => {
            const key = keyOf(row);
            const chosen = selection ? isSelected(selection, key) : undefined;
            return (
              <tr key={key} aria-rowindex={from + index + 2} aria-selected={chosen}>
                {selection && (
                  <td>
                    <input type="checkbox" aria-label={t("table.selectRow", { name: nameOf(row) })} checked={chosen} onChange={() => onSelection?.(toggled(selection, key, keys))} />
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column.key} className={looks(column)}>
                    {column.render(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          <Gap height={(rows.length - to) * rowHeight} span={span} />
        </tbody>
      </table>
    </div>
  );
}

function looks<Row>({ numeric, pinned }: Column<Row>): string | undefined {
  return [numeric && "number", pinned && "pinned"].filter(Boolean).join(" ") || undefined;
}

function Gap({ height, span }: { height: number; span: number }) {
  if (height <= 0) return null;
  return (
    <tr className="table__gap" aria-hidden="true">
      <td colSpan={span} style={{ height }} />
    </tr>
  );
}

function Heading<Row>({ column, sort, onSort }: { column: Column<Row>; sort?: Sort; onSort?: (sort: Sort) => void }) {
  const { t } = useTranslation("design");
  const direction = sort === column.key ? "ascending" : sort === `-${column.key}` ? "descending" : undefined;
  const sortable = column.sortable && onSort;
  return (
    <th scope="col" className={looks(column)} aria-sort={sortable ? (direction ?? "none") : undefined}>
      {sortable ? (
        <button type="button" title={t("table.sortBy", { column: column.title })} onClick={() => onSort(nextSort(sort, column.key))}>
          {column.title}
          {direction && <Icon name={direction === "ascending" ? "up" : "down"} size={12} />}
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

function Cards<Row>({ name, columns, rows, keyOf, nameOf, selection, onSelection }: DataTableProps<Row>) {
  const { t } = useTranslation("design");
  const main = columns.find((column) => column.main) ?? columns[0];
  const second = columns.find((column) => column.numeric);
  const rest = columns.filter((column) => column !== main && column !== second);
  const keys = rows.map(keyOf);
  return (
    <ul className="cards" aria-label={name}>
      {rows.map((row) => {
        const key = keyOf(row);
        return (
          <li className="card" key={key}>
            <div className="card__first">
              <span className="row">
                {selection && (
                  <input type="checkbox" aria-label={t("table.selectRow", { name: nameOf(row) })} checked={isSelected(selection, key)} onChange={() => onSelection?.(toggled(selection, key, keys))} />
                )}
                {main?.render(row)}
              </span>
              {second && (
                <span className="card__figure">
                  <span className="small faint">{second.title}</span>
                  <span>{second.render(row)}</span>
                </span>
              )}
            </div>
            <dl className="card__rest">
              {rest.map((column) => (
                <div key={column.key}>
                  <dt>{column.title}</dt>
                  <dd>{column.render(row)}</dd>
                </div>
              ))}
            </dl>
          </li>
        );
      })}
    </ul>
  );
}

export function TableSkeleton({ columns = 6, rows = 10 }: { columns?: number; rows?: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <div className="row" key={row} style={{ height: control.comfortableRow, padding: "0 16px", flexWrap: "nowrap", gap: 24 }}>
          {Array.from({ length: Math.min(columns, 7) }, (_, column) => (
            <Skeleton key={column} width={column === 0 ? "28%" : "12%"} height={12} />
          ))}
        </div>
      ))}
    </div>
  );
}
