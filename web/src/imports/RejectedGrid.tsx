import { useTranslation } from "react-i18next";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { TableSkeleton } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import { useRejected } from "./queries";
import type { ImportRow, RejectedRow } from "./types";

/** The rejected rows as they stand in the file, the faulty cell marked, with what is wrong, why, and what to do. */
export function RejectedGrid({ row, columns }: { row: Pick<ImportRow, "id" | "state" | "counts">; columns?: string[] }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const total = row.counts.rejected ?? 0;
  const list = useRejected(row.id, row.state);
  if (total === 0) return null;
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title={t(row.state === "stored" ? "errors.held" : "errors.would", { count: total, formatted: format.number(total) })}
      flush
      actions={
        <a className="button button--line" href={`/api/v1/imports/${row.id}/rejected.csv`} download>
          {t("errors.download")}
        </a>
      }
    >
      {list.error ? <ProblemView error={list.error} onRetry={() => void list.refetch()} /> : list.isPending ? <TableSkeleton rows={4} /> : <Grid rows={rows} columns={columns ?? Object.keys(rows[0]?.original ?? {})} />}
      {list.hasNextPage && (
        <div className="table-foot">
          <button type="button" className="text-button" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t("errors.more")}
          </button>
          <span className="small">{t("errors.shown", { shown: format.number(rows.length), total: format.number(total) })}</span>
        </div>
      )}
    </Panel>
  );
}

function Grid({ rows, columns }: { rows: RejectedRow[]; columns: string[] }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t("errors.label")}>
      <table className="table table--compact table--wrap rejected" aria-label={t("errors.label")}>
        <thead>
          <tr>
            <th scope="col" className="number">
              {t("errors.row")}
            </th>
            <th scope="col">{t("errors.cell")}</th>
            <th scope="col">{t("errors.what")}</th>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((each) => (
            <tr key={each.id}>
              <td className="number">{format.number(each.row)}</td>
              <td className="rejected__cell">
                <Faulty row={each} />
              </td>
              <td className="rejected__words">
                <strong>{format.spaced(each.what)}</strong>
                {each.why && <span className="soft">{format.spaced(each.why)}</span>}
                {each.remedy && <span className="soft">{format.spaced(each.remedy)}</span>}
              </td>
              {columns.map((column) => (
                <td key={column} className={column === each.column ? "cell-wrong" : "soft"}>
                  {each.original[column] || (column === each.column ? t("errors.blank") : "")}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The cell that is wrong, beside the number of its row: in a wide file its own place is far to the right. */
function Faulty({ row: { column, original } }: { row: RejectedRow }) {
  const { t } = useTranslation("imports");
  if (!column) return <span className="faint">–</span>;
  return (
    <>
      <span className="small soft block">{column}</span>
      <span className="cell-wrong">{original[column] || t("errors.blank")}</span>
    </>
  );
}
