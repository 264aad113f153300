import { useTranslation } from "react-i18next";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { deciles } from "../charts/deciles";
import { microsForDrawing } from "../i18n/format";
import type { BackTest } from "./types";

export function BackTestChart({ test, onSelect }: { test: BackTest; onSelect?: (decile: string) => void }) {
  const { t } = useTranslation("predictions");
  const context = useChartContext();
  const { format } = context;
  const money = (value: BackTest["actual_micros"]) => format.money(value, { whole: true });
  const drawing = deciles(
    test.deciles.map((row) => ({
      decile: row.decile,
      predicted: microsForDrawing(row.predicted_micros),
      predictedText: money(row.predicted_micros),
      low: row.low_micros === null ? null : microsForDrawing(row.low_micros),
      high: row.high_micros === null ? null : microsForDrawing(row.high_micros),
      intervalText: row.low_micros === null || row.high_micros === null ? "" : `${money(row.low_micros)} – ${money(row.high_micros)}`,
      actual: microsForDrawing(row.actual_micros),
      actualText: money(row.actual_micros),
      rule: microsForDrawing(row.rule_micros),
      ruleText: money(row.rule_micros),
    })),
    context,
  );
  return <ChartFrame title={t("backTest.picture")} note={t("backTest.pictureNote", { from: format.day(test.from), to: format.day(test.to) })} drawing={drawing} file="back-test" onSelect={onSelect} />;
}
