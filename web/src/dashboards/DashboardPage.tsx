import { useQuery } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { answer, client } from "../api/client";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext, type ChartContext } from "../charts/context";
import { concentration, revenueBars } from "../charts/curves";
import { cohortHeatmap } from "../charts/grid";
import { waterfall, type WaterfallStep } from "../charts/waterfall";
import { AnswerPage } from "../design/AnswerPage";
import { Segmented } from "../design/Field";
import { microsForDrawing } from "../i18n/format";
import { customersWith } from "../shell/links";
import { StartHere } from "../shell/StartHere";
import { BridgeCustomers } from "./BridgeCustomers";
import { cellDays, cohortRows, concentrationCurve, daysFrom, daysText, isCut, monthDays, type Days, nothingYet } from "./shaping";
import { Spenders } from "./Spenders";
import { isListed, SPANS, type Change, type Overview, type Span } from "./types";

const SAID = ["new", "returning", "growing", "shrinking", "lapsed"] as const;

export default function DashboardPage() {
  const { t } = useTranslation("dashboards");
  const context = useChartContext();
  const [asked, setAsked] = useSearchParams();
  // Without a wish in the address the server takes the longest usual one that it can compare.
  const wished: Span | undefined = SPANS.find((each) => each === asked.get("span"));
  const bar = asked.get("bar");
  const days = daysFrom(asked.get("days"));
  const ask = (next: Record<string, string | null>) =>
    setAsked(
      (before) => {
        for (const [name, value] of Object.entries(next)) if (value === null) before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  const open = (kind: string, { before, now }: Overview) => {
    if (kind === "before" || kind === "now") ask({ days: daysText(kind === "before" ? before : now), bar: null });
    else if (isListed(kind)) ask({ bar: kind, days: null });
  };
  const query = useQuery({
    queryKey: ["dashboard", wished ?? "usual"],
    queryFn: ({ signal }) => answer(client.GET("/dashboards/overview", { params: { query: { span: wished } }, signal })),
    placeholderData: (before) => before,
  });
  const data = query.data;
  const span = wished ?? data?.span;
  const nothing = nothingYet(query.error);
  return (
    <AnswerPage
      title={t("title")}
      loading={query.isPending}
      error={nothing ? null : query.error}
      onRetry={() => void query.refetch()}
      actions={!nothing && data && span && <Segmented label={t("period")} value={span} onChange={(value) => ask({ span: value, bar: null, days: null })} options={SPANS.filter((value) => data.spans.includes(value) || value === span).map((value) => ({ value, label: t(`spans.${value}`) }))} />}
      answer={data && <Answer data={data} onOpen={(kind) => ask({ bar: kind, days: null })} />}
      note={data && <Note data={data} />}
      empty={
        (nothing || data?.months.length === 0) && (
          <StartHere icon="dashboards" title={t("empty.title")}>
            {t("empty.text")}
          </StartHere>
        )
      }
    >
      {data && <Bridge data={data} context={context} onOpen={(kind) => open(kind, data)} />}
      {span && isListed(bar) && <BridgeCustomers key={`${bar}-${span}`} kind={bar} span={span} onClose={() => ask({ bar: null })} />}
      {days && !days.cohort && !days.top && <Spenders key={daysText(days)} days={days} onClose={() => ask({ days: null })} />}
      {data && <Pictures data={data} context={context} onDays={(next) => ask({ days: daysText(next), bar: null })} />}
      {days && (days.cohort || days.top) && <Spenders key={daysText(days)} days={days} onClose={() => ask({ days: null })} />}
    </AnswerPage>
  );
}

function changeOf(data: Overview, kind: Change) {
  return data.bridge.find((each) => each.kind === kind)?.change_micros ?? 0;
}

function Answer({ data, onOpen }: { data: Overview; onOpen: (kind: string) => void }) {
  const { format } = useChartContext();
  const money = (value: number | bigint) => format.money(value, { compact: true, signed: true });
  const values = Object.fromEntries(SAID.map((kind) => [kind, money(changeOf(data, kind))]));
  // Against days that are not in the data everything is a gain: then the spend is said, and no change.
  if (isCut(data)) return <Trans ns="dashboards" i18nKey="answerCut" values={{ now: format.money(data.spend_now_micros, { compact: true }) }} components={{ b: <b /> }} />;
  return <Trans ns="dashboards" i18nKey="answer" values={{ change: money(BigInt(data.spend_now_micros) - BigInt(data.spend_before_micros)), ...values }} components={{ b: <b />, ...Object.fromEntries(SAID.map((kind) => [kind, <button key={kind} type="button" className="text-button answer__open" onClick={() => onOpen(kind)} />])) }} />;
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
      {isCut(data) && <> {data.covered_from ? t("noteCut", { day: format.day(data.covered_from) }) : t("noteNone")}</>}
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

function Pictures({ data, context, onDays }: { data: Overview; context: ChartContext; onDays: (days: Days) => void }) {
  const { t } = useTranslation("dashboards");
  const { format } = context;
  const go = useNavigate();
  const curve = concentrationCurve(data.concentration);
  const lastMonth = data.months.at(-1);
  const unfinished = lastMonth && data.as_of < monthDays(lastMonth.month_on).end;
  const cohorts = cohortRows(data.cohorts, data.as_of);
  const isHollow = cohorts.some((each) => each.unfinished && each.retained.length > 1);
  const cohortsNote = t("pictures.cohortsNote") + (isHollow ? t("pictures.cohortsOpen", { month: format.day(data.as_of, "month"), day: format.day(data.as_of) }) : "");
  const openCohort = (key: string) => {
    const [month = "", later] = key.split("+");
    if (later) return onDays(cellDays(month, Number(later)));
    const { start, end } = monthDays(month);
    void go(customersWith({ first_order_on: { from: start, to: end } }));
  };
  const openTop = (share: string) => {
    const top = data.concentration.find((each) => each.top_percent === Math.round(Number(share) * 100));
    if (top) onDays({ ...data.now, top: top.customers });
  };
  return (
    <>
      <ChartFrame
        title={t("pictures.months")}
        note={unfinished ? t("pictures.monthsNote", { day: format.day(data.as_of) }) : undefined}
        file="revenue-by-month"
        onSelect={(month) => onDays(monthDays(month))}
        drawing={revenueBars(
          data.months.map((month) => ({ key: month.month_on, month: month.month_on, value: microsForDrawing(month.spend_micros), text: format.money(month.spend_micros, { compact: true }) })),
          context,
        )}
      />
      <div className="two-up">
        <ChartFrame title={t("pictures.cohorts")} note={cohortsNote} file="cohorts" onSelect={openCohort} drawing={cohortHeatmap(cohorts, context)} />
        {curve && <ChartFrame title={t("pictures.concentration")} note={t("pictures.concentrationNote")} file="concentration" onSelect={openTop} drawing={concentration(curve.points, curve.marked, context)} />}
      </div>
    </>
  );
}
