import { useQuery } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { answer, client } from "../api/client";
import { Problem } from "../api/problem";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext, type ChartContext } from "../charts/context";
import { concentration, revenueBars } from "../charts/curves";
import { cohortHeatmap } from "../charts/grid";
import { waterfall, type WaterfallStep } from "../charts/waterfall";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { Segmented } from "../design/Field";
import { microsForDrawing } from "../i18n/format";
import { customersWith } from "../shell/links";
import { BridgeCustomers } from "./BridgeCustomers";
import { cohortRows, concentrationCurve } from "./shaping";
import { isListed, SPANS, type Change, type Overview, type Span } from "./types";

const SAID = ["new", "returning", "growing", "shrinking", "lapsed"] as const;

export default function DashboardPage() {
  const { t } = useTranslation("dashboards");
  const context = useChartContext();
  const [asked, setAsked] = useSearchParams();
  const span: Span = SPANS.find((each) => each === asked.get("span")) ?? "quarter";
  const bar = asked.get("bar");
  const ask = (next: Record<string, string | null>) =>
    setAsked(
      (before) => {
        for (const [name, value] of Object.entries(next)) if (value === null) before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  const query = useQuery({
    queryKey: ["dashboard", span],
    queryFn: ({ signal }) => answer(client.GET("/dashboards/overview", { params: { query: { span } }, signal })),
    placeholderData: (before) => before,
  });
  const data = query.data;
  const nothing = query.error instanceof Problem && query.error.body.code === "dashboard_nothing_there";
  return (
    <AnswerPage
      title={t("title")}
      loading={query.isPending}
      error={nothing ? null : query.error}
      onRetry={() => void query.refetch()}
      actions={!nothing && <Segmented label={t("period")} value={span} onChange={(value) => ask({ span: value, bar: null })} options={SPANS.map((value) => ({ value, label: t(`spans.${value}`) }))} />}
      answer={data && <Answer data={data} />}
      note={data && <Note data={data} />}
      empty={
        (nothing || data?.months.length === 0) && (
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
      {data && <Bridge data={data} context={context} onOpen={(kind) => isListed(kind) && ask({ bar: kind })} />}
      {data && isListed(bar) && <BridgeCustomers key={`${bar}-${span}`} kind={bar} span={span} onClose={() => ask({ bar: null })} />}
      {data && <Pictures data={data} context={context} />}
    </AnswerPage>
  );
}

function changeOf(data: Overview, kind: Change) {
  return data.bridge.find((each) => each.kind === kind)?.change_micros ?? 0;
}

function Answer({ data }: { data: Overview }) {
  const { format } = useChartContext();
  const money = (value: number | bigint) => format.money(value, { compact: true, signed: true });
  const values = Object.fromEntries(SAID.map((kind) => [kind, money(changeOf(data, kind))]));
  return <Trans ns="dashboards" i18nKey="answer" values={{ change: money(BigInt(data.spend_now_micros) - BigInt(data.spend_before_micros)), ...values }} components={{ b: <b /> }} />;
}

function Note({ data }: { data: Overview }) {
  const { t } = useTranslation("dashboards");
  const { format } = useChartContext();
  const money = (value: number) => format.money(value, { compact: true, signed: true });
  const guest = changeOf(data, "guest");
  const correction = changeOf(data, "correction");
  return (
    <>
      {t("note", { from: format.day(data.now.start), to: format.day(data.now.end), before: format.day(data.before.start), until: format.day(data.before.end) })}
      {guest !== 0 && <> {t("noteGuest", { guest: money(guest) })}</>}
      {correction !== 0 && <> {t("noteCorrection", { correction: money(correction) })}</>}
    </>
  );
}

function Bridge({ data, context, onOpen }: { data: Overview; context: ChartContext; onOpen: (kind: string) => void }) {
  const { t } = useTranslation("dashboards");
  const { format } = context;
  const total = (key: "before" | "now", value: number, days: { start: string; end: string }): WaterfallStep => ({
    key,
    name: t(key),
    value: microsForDrawing(value),
    text: format.money(value, { compact: true }),
    detail: `${format.day(days.start)} – ${format.day(days.end)}`,
    kind: "total",
  });
  const steps: WaterfallStep[] = [
    total("before", data.spend_before_micros, data.before),
    ...data.bridge
      .filter((each) => each.change_micros !== 0)
      .map((each): WaterfallStep => ({
        key: each.kind,
        name: t(`bridge.${each.kind as Change}`),
        value: microsForDrawing(each.change_micros),
        text: format.money(each.change_micros, { compact: true, signed: true }),
        detail: each.customers > 0 ? t("customers", { count: each.customers, formatted: format.number(each.customers) }) : undefined,
        kind: each.change_micros >= 0 ? "gain" : "loss",
      })),
    total("now", data.spend_now_micros, data.now),
  ];
  return <ChartFrame title={t("pictures.bridge")} note={t("pictures.bridgeNote")} drawing={waterfall(steps, context)} file="revenue-bridge" onSelect={onOpen} />;
}

function Pictures({ data, context }: { data: Overview; context: ChartContext }) {
  const { t } = useTranslation("dashboards");
  const { format } = context;
  const go = useNavigate();
  const list = (field: "first_order_on" | "last_order_on", month: string) => void go(customersWith({ [field]: { from: month, to: monthEnd(month) } }));
  const curve = concentrationCurve(data.concentration);
  const lastMonth = data.months.at(-1);
  const unfinished = lastMonth && data.as_of < monthEnd(lastMonth.month_on);
  return (
    <>
      <ChartFrame
        title={t("pictures.months")}
        note={unfinished ? t("pictures.monthsNote", { day: format.day(data.as_of) }) : undefined}
        file="revenue-by-month"
        onSelect={(month) => list("last_order_on", month)}
        drawing={revenueBars(
          data.months.map((month) => ({ key: month.month_on, month: month.month_on, value: microsForDrawing(month.spend_micros), text: format.money(month.spend_micros, { compact: true }) })),
          context,
        )}
      />
      <div className="two-up">
        <ChartFrame title={t("pictures.cohorts")} note={t("pictures.cohortsNote")} file="cohorts" onSelect={(month) => list("first_order_on", month)} drawing={cohortHeatmap(cohortRows(data.cohorts, data.as_of), context)} />
        {curve && <ChartFrame title={t("pictures.concentration")} note={t("pictures.concentrationNote")} file="concentration" drawing={concentration(curve.points, curve.marked, context)} />}
      </div>
    </>
  );
}

/** The list takes a range of days: a month is from its first to its last. */
function monthEnd(month: string): string {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}
