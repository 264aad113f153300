import { useTranslation } from "react-i18next";
import { Panel } from "../design/Panel";
import { useFormat } from "../i18n/useFormat";
import type { CellProblem } from "./types";

/** The rejected records as they stand in the file, the faulty cell marked, with the reason and the remedy. */
export function ErrorsGrid({ importId, problems, total }: { importId: string; problems: CellProblem[]; total: number }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  if (problems.length === 0) return null;
  const columns = Object.keys(problems[0]?.record ?? {});
  return (
    <Panel
      title={t("errors.title", { count: total, formatted: format.number(total) })}
      flush
      actions={
        <a className="button button--line" href={`/api/v1/imports/${importId}/rejects.csv`} download>
          {t("errors.download")}
        </a>
      }
    >
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t("errors.label")}>
        <table className="table table--compact" aria-label={t("errors.label")}>
          <thead>
            <tr>
              <th scope="col" className="number">
                {t("errors.row")}
              </th>
              <th scope="col">{t("errors.what")}</th>
              {columns.map((column) => (
                <th scope="col" key={column}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {problems.map((problem) => (
              <tr key={`${problem.row}-${problem.column}`}>
                <td className="number">{format.number(problem.row)}</td>
                <td title={[problem.reason.what, problem.reason.why, problem.reason.remedy].filter(Boolean).join("\n")}>{format.spaced(problem.reason.what)}</td>
                {columns.map((column) => (
                  <td key={column} className={column === problem.column ? "cell-wrong" : "soft"}>
                    {problem.record[column]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
