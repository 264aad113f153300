import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "../api/client";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext, type ChartContext } from "../charts/context";
import { concentration, revenueBars } from "../charts/curves";
import { cohortHeatmap } from "../charts/grid";
import { waterfall, type WaterfallStep } from "../charts/waterfall";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { Segmented } from "../design/Field";
import { microsForDrawing, toMicros } from "../i18n/format";
import type { BridgeStep, Dashboard } from "./types";

type Period = "30" | "91" | "365";

export default function DashboardPage() {
  const { t } = useTranslation("dashboards");
  const context = useChartContext();
  const { format } = context;
  const [period, setPeriod] = useState<Period>("91");
  const query = useQuery({ queryKey: ["dashboard", period], queryFn: ({ signal }) => api.get<Dashboard>("/dashboard", { days: period }, signal), placeholderData: (before) => before });
  const data = query.data;
  const by = Object.fromEntries((data?.bridge ?? []).map((each) => [each.step, format.money(each.change_micros, { compact: true, signed: true })])) as Record<BridgeStep, string>;
  return (
    <AnswerPage
      title={t("title")}
      loading={query.isPending}
      error={query.error}
      onRetry={() => void query.refetch()}
      actions={<Segmented label={t("period")} value={period} onChange={setPeriod} options={(["30", "91", "365"] as Period[]).map((value) => ({ value, label: t("days", { count: Number(value), formatted: value }) }))} />}
      answer={data && <Trans ns="dashboards" i18nKey="answer" values={{ change: format.money(data.change_micros, { compact: true, signed: true }), ...by }} components={{ b: <b /> }} />}
      note={data && t("note", { from: format.day(data.period.from), to: format.day(data.period.to), guest: format.money(data.guest_spend_micros, { compact: true }) })}
      empty={
        data?.months.length === 0 && (
          <EmptyState
            icon="dashboards"
            title={t("empty.title")}
            action={
              <ButtonLink kind="primary" icon="imports" to="/imports/new">
                {t("empty.import")}
              </ButtonLink>
            }
          >
            {t("empty.text")}
          </EmptyState>
        )
      }
    >
      {data && <Pictures data={data} context={context} />}
    </AnswerPage>
  );
}

function Pictures({ data, context }: { data: Dashboard; context: ChartContext }) {
  const { t } = useTranslation("dashboards");
  const { format } = context;
  const go = useNavigate();
  const total = (key: string, name: string, value: Dashboard["spend_micros"]): WaterfallStep => ({ key, name, value: microsForDrawing(value), text: format.money(value, { compact: true }), kind: "total" });
  const steps: WaterfallStep[] = [
    total("previous", t("before"), data.previous_spend_micros),
    ...data.bridge.map((each): WaterfallStep => ({
      key: each.step,
      name: t(`bridge.${each.step}`),
      value: microsForDrawing(each.change_micros),
      text: format.money(each.change_micros, { compact: true, signed: true }),
      kind: toMicros(each.change_micros) >= 0n ? "gain" : "loss",
    })),
    total("current", t("now"), data.spend_micros),
  ];
  const range = (low: Dashboard["spend_micros"] | null, high: Dashboard["spend_micros"] | null) =>
    low === null || high === null ? undefined : `${format.money(low, { compact: true })} – ${format.money(high, { compact: true })}`;
  return (
    <>
      <ChartFrame title={t("pictures.bridge")} note={t("pictures.bridgeNote")} drawing={waterfall(steps, context)} file="revenue-bridge" onSelect={(key) => void go(`/customers?bridge=${key}`)} />
      <ChartFrame
        title={t("pictures.months")}
        note={t("pictures.monthsNote")}
        file="revenue-by-month"
        onSelect={(month) => void go(`/customers?last_order_from=${month}`)}
        drawing={revenueBars(
          data.months.map((month) => ({
            key: month.month,
            month: month.month,
            value: microsForDrawing(month.spend_micros),
            text: format.money(month.spend_micros, { compact: true }),
            low: month.low_micros === null ? undefined : microsForDrawing(month.low_micros),
            high: month.high_micros === null ? undefined : microsForDrawing(month.high_micros),
            intervalText: range(month.low_micros, month.high_micros),
            expected: month.expected,
          })),
          context,
        )}
      />
      <div className="two-up">
        <ChartFrame title={t("pictures.cohorts")} note={t("pictures.cohortsNote")} file="cohorts" onSelect={(month) => void go(`/customers?cohort=${month}`)} drawing={cohortHeatmap(data.cohorts.map((cohort) => ({ ...cohort, key: cohort.month })), context)} />
        <ChartFrame title={t("pictures.concentration")} note={t("pictures.concentrationNote")} file="concentration" onSelect={(share) => void go(`/customers?top=${share}`)} drawing={concentration(data.concentration.curve, data.concentration.top, context)} />
      </div>
    </>
  );
}
