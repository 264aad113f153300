import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { waterfall, type WaterfallStep } from "../charts/waterfall";
import { Panel } from "../design/Panel";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { usePhone } from "../design/usePhone";
import { microsForDrawing } from "../i18n/format";
import { useFormat } from "../i18n/useFormat";
import { reconciled } from "./reconciliation";
import type { MonthRow } from "./types";

/** From what was sold in the files to what counts as customers' spend, step by step; the steps add up. */
export function ReconciliationChart({ months, countedOnce, note }: { months: MonthRow[]; countedOnce: boolean; note?: string }) {
  const { t } = useTranslation("imports");
  const context = useChartContext();
  const { format } = context;
  const go = useNavigate();
  const found = reconciled(months, countedOnce);
  const total = (key: string, micros: bigint): WaterfallStep => ({ key, name: t(`steps.${key as "sold"}`), value: microsForDrawing(micros), text: format.money(micros), short: format.money(micros, { compact: true }), kind: "total" });
  const change = ({ step, micros, lines }: { step: string; micros: bigint; lines: number }): WaterfallStep => ({
    key: step,
    name: t(`steps.${step as "sold"}`),
    value: microsForDrawing(micros),
    text: format.money(micros, { signed: true }),
    short: format.money(micros, { compact: true, signed: true }),
    detail: lines > 0 ? t("lines", { count: lines, formatted: format.number(lines) }) : undefined,
    kind: step === "rejected" || step === "difference" ? "loss" : "neutral",
  });
  const steps = [
    ...(found.within.length > 0 ? [total("sold", found.sold), ...found.within.map(change)] : []),
    total("file", found.received),
    ...found.explained.map(change),
    total("spend", found.spend),
  ];
  return <ChartFrame title={t("picture")} note={note ?? t("pictureNote")} file="reconciliation" drawing={waterfall(steps, context)} onSelect={(step) => (step === "rejected" ? void go("/imports/quarantine") : undefined)} />;
}

const WITHIN = ["returns", "cancellations", "discounts"] as const;
const EXPLAINED = ["undone", "again", "replaced", "guests", "postage", "adjustments", "other", "unpaid", "repeats", "refunds", "rejected"] as const;

/** The same month by month, to the last digit. */
export function MonthsTable({ months, countedOnce }: { months: MonthRow[]; countedOnce: boolean }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const phone = usePhone();
  const [whole, setWhole] = useState(false);
  // The newest first; what has no date stands on top, for it wants looking at.
  const rows = [...months].sort((a, b) => (b.month ?? "9999").localeCompare(a.month ?? "9999")).map((month) => ({ month, ...reconciled([month], countedOnce) }));
  const most = whole ? rows.length : phone ? 3 : 13;
  type Row = (typeof rows)[number];
  const nameOf = (row: Row) => (row.month.month ? format.day(`${row.month.month}-01`, "month") : t("months.undated"));
  const step = (key: (typeof WITHIN | typeof EXPLAINED)[number]): Column<Row>[] => {
    const of = (row: Row) => [...row.within, ...row.explained].find((each) => each.step === key);
    if (rows.every((row) => of(row) === undefined)) return [];
    const included = (WITHIN as readonly string[]).includes(key);
    return [{ key, title: included ? t("months.included", { what: t(`steps.${key}`) }) : t(`steps.${key}`), numeric: true, render: (row) => <Change of={of(row)} /> }];
  };
  return (
    <Panel title={t("months.title")} flush>
      <DataTable
        name={t("months.title")}
        compact
        rows={rows.slice(0, most)}
        hasMore={most < rows.length}
        onMore={() => setWhole(true)}
        keyOf={(row) => `${row.month.month}-${row.month.currency}`}
        nameOf={nameOf}
        columns={[
          { key: "month", title: t("months.month"), main: true, render: nameOf },
          { key: "spend", title: t("steps.spend"), numeric: true, render: (row) => <strong>{format.money(row.spend)}</strong> },
          { key: "file", title: t("steps.file"), numeric: true, render: (row) => format.money(row.received) },
          ...EXPLAINED.flatMap(step),
          { key: "difference", title: t("months.open"), numeric: true, render: (row) => (row.difference === 0n ? <span className="faint">0</span> : <strong className="cell-wrong">{format.money(row.difference)}</strong>) },
          ...WITHIN.flatMap(step),
        ]}
      />
    </Panel>
  );
}

/** Rows whose amount cannot be read are counted, not taken for nothing. */
function Change({ of }: { of: { micros: bigint; lines: number } | undefined }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  if (!of) return <span className="faint">–</span>;
  if (of.micros === 0n) return <span className="soft">{t("lines", { count: of.lines, formatted: format.number(of.lines) })}</span>;
  return <>{format.money(of.micros, { signed: true })}</>;
}
