import { useTranslation } from "react-i18next";
import { ChartFrame } from "../charts/ChartFrame";
import { comparison, type Compared } from "../charts/comparison";
import { useChartContext } from "../charts/context";
import { Panel } from "../design/Panel";
import { DataTable } from "../design/table/DataTable";
import { estimateText } from "./shaping";
import type { Ranking } from "./types";
import { useMethodName } from "./words";

const ROLES = { model: "model", rule: "rule", candidate: "other" } as const;

/** Who would have found the best customers: the share of later spend in each one's top fifth, with its interval. */
export function RankingPanel({ rankings }: { rankings: Ranking[] }) {
  const { t } = useTranslation("predictions");
  const context = useChartContext();
  const { format } = context;
  const methodName = useMethodName();
  const percent = (value: number) => format.percent(value);
  // In per cent, as the reasons above the table say it.
  const points = (value: number) => format.percent(value, 1);
  const nameOf = (row: Ranking) => (row.role === "rule" ? t("ranking.ruleName", { name: methodName(row.name) }) : methodName(row.name));
  const rows = rankings
    .filter((row) => row.top_share.value !== null)
    .map((row): Compared => ({ key: row.name, name: nameOf(row), role: ROLES[row.role], value: row.top_share.value ?? 0, low: row.top_share.low, high: row.top_share.high, text: estimateText(row.top_share, percent), short: percent(row.top_share.value ?? 0) }));
  return (
    <>
      <ChartFrame title={t("ranking.picture")} note={t("ranking.note")} drawing={comparison(rows, percent, t("ranking.top"), context)} file="ranking" />
      <Panel title={t("ranking.title")} flush>
        <DataTable
          name={t("ranking.title")}
          compact
          rows={rankings}
          keyOf={(row) => `${row.role}-${row.name}`}
          nameOf={nameOf}
          columns={[
            { key: "name", title: t("ranking.by"), main: true, render: (row) => <span className="words">{nameOf(row)}</span> },
            { key: "top", title: t("ranking.top"), numeric: true, render: (row) => estimateText(row.top_share, percent) },
            { key: "gini", title: t("ranking.gini"), numeric: true, render: (row) => estimateText(row.gini, points) },
            { key: "role", title: t("ranking.role"), render: (row) => t(`ranking.roles.${row.role}`) },
            { key: "lead", title: t("ranking.lead"), numeric: true, render: (row) => (row.role === "rule" ? estimateText(row.top_share_lead, points) : <span className="faint">–</span>) },
          ]}
        />
      </Panel>
    </>
  );
}
