import { useInfiniteQuery } from "@tanstack/react-query";
import { useState, type KeyboardEvent } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useCompany } from "../api/session";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { MOST_BARS, rankedBars } from "../charts/rankedBars";
import { AnswerPage } from "../design/AnswerPage";
import { EmptyState } from "../design/EmptyState";
import { Segmented } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { microsForDrawing } from "../i18n/format";
import { useFormat } from "../i18n/useFormat";
import { StartHere } from "../shell/StartHere";
import { DoneList } from "./DoneList";
import { OutcomeDialog } from "./OutcomeDialog";
import { daysSince, todayQuery, type Whose, type WorkItem } from "./queries";
import { useWorkColumns } from "./useWorkColumns";
import "./worklist.css";

type Tab = "open" | "snoozed" | "done";

export default function WorklistPage() {
  const { t } = useTranslation("worklists");
  const format = useFormat();
  const margin = useCompany().margin_percent;
  const [whose, setWhose] = useState<Whose>("all");
  const [tab, setTab] = useState<Tab>("open");
  const today = useInfiniteQuery(todayQuery(whose, "open"));
  const first = today.data?.pages[0];
  const stake = first && format.money(format.worthOf(first.at_stake_micros), { whole: true });
  const back = first?.scores_as_of && first.data_to ? t("looksBack", { day: format.day(first.scores_as_of), to: format.day(first.data_to) }) : null;
  const notes = first?.as_of && [
    t("note", { day: format.day(first.as_of), done: format.number(first.done_today) }),
    first.open > first.to_call && t("waiting", { count: first.open - first.to_call, formatted: format.number(first.open - first.to_call) }),
    margin !== null && t("worthNote", { percent: format.number(margin, { maximumFractionDigits: 2 }) }),
    back,
  ];
  return (
    <AnswerPage
      title={t("title")}
      loading={today.isPending}
      error={today.error}
      onRetry={() => void today.refetch()}
      answer={
        first &&
        (first.to_call > 0 ? (
          <Trans ns="worklists" i18nKey={format.isWorth ? "answerWorth" : "answer"} count={first.to_call} values={{ formatted: format.number(first.to_call), stake }} components={{ b: <b /> }} />
        ) : whose === "all" ? (
          t("allDone")
        ) : (
          t("noneOfThese")
        ))
      }
      note={notes && notes.filter(Boolean).join(" · ")}
      actions={<Segmented label={t("whose")} value={whose} onChange={setWhose} options={(["all", "mine", "nobody"] as const).map((value) => ({ value, label: t(value) }))} />}
      empty={
        first &&
        first.as_of === null &&
        (back ? (
          <EmptyState icon="worklist" title={back}>
            {t("looksBackNext")}
          </EmptyState>
        ) : (
          <StartHere icon="worklist" title={t("empty.title")}>
            {t("empty.text")}
          </StartHere>
        ))
      }
    >
      {first?.as_of && first.to_call > 0 && <Stale day={first.as_of} />}
      {first && tab === "open" && first.to_call > 0 && <Picture items={first.items.slice(0, first.to_call)} all={first.to_call} />}
      <section className="panel" aria-label={t("list")}>
        <div className="table-tools">
          <Segmented label={t("state")} value={tab} onChange={setTab} options={(["open", "snoozed", "done"] as const).map((value) => ({ value, label: t(`tabs.${value}`) }))} />
        </div>
        {tab === "done" ? <DoneList /> : <Items key={tab} whose={whose} state={tab} toCall={tab === "open" ? (first?.to_call ?? 0) : 0} />}
      </section>
    </AnswerPage>
  );
}

/** Beyond two weeks without orders nobody knows who has ordered since; the list is then one of that day. */
const STALE_DAYS = 14;

function Stale({ day }: { day: string }) {
  const { t } = useTranslation("worklists");
  const format = useFormat();
  const days = daysSince(day, format.zone);
  if (days <= STALE_DAYS) return null;
  return (
    <p className="problem" role="status">
      <span>{t("stale", { count: days, formatted: format.number(days), day: format.day(day) })}</span>
      <span>
        <Link to="/imports/new">{t("staleNext")}</Link>
      </span>
    </p>
  );
}

function Picture({ items, all }: { items: WorkItem[]; all: number }) {
  const { t } = useTranslation("worklists");
  const context = useChartContext();
  const { format } = context;
  const go = useNavigate();
  return (
    <ChartFrame
      title={t(format.isWorth ? "pictureWorth" : "picture")}
      note={[t(format.isWorth ? "pictureNoteWorth" : "pictureNote"), all > MOST_BARS && t("pictureFirst", { shown: format.number(MOST_BARS) })].filter(Boolean).join(" · ")}
      file="worklist"
      onSelect={(key) => void go(`/customers/${key}`)}
      drawing={rankedBars(
        items.map((item) => {
          const stake = format.worthOf(item.at_stake_micros);
          return { key: String(item.customer.id), name: item.customer.name || item.customer.external_id, overdueDays: item.overdue_days, stake: microsForDrawing(stake), stakeText: format.money(stake, { whole: true }) };
        }),
        context,
      )}
    />
  );
}

/** The arrow keys go from call to call, Enter opens one. */
function moveBetweenCalls(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const calls = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-call]")];
  const at = calls.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  calls[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
}

function Items({ whose, state, toCall }: { whose: Whose; state: "open" | "snoozed"; toCall: number }) {
  const { t } = useTranslation("worklists");
  const [calling, setCalling] = useState<WorkItem | null>(null);
  const list = useInfiniteQuery(todayQuery(whose, state));
  const { columns, error } = useWorkColumns(state, setCalling);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const table = (items: WorkItem[], name: string, more: boolean) => (
    <DataTable
      name={name}
      columns={columns}
      rows={items}
      keyOf={(item) => String(item.id)}
      nameOf={(item) => item.customer.name || item.customer.external_id}
      loading={list.isPending}
      hasMore={more && list.hasNextPage}
      loadingMore={list.isFetchingNextPage}
      onMore={() => void list.fetchNextPage()}
      empty={<p className="panel__body soft">{t(state === "open" ? "allDone" : "noSnoozed")}</p>}
    />
  );
  const [now, later] = [rows.slice(0, toCall), rows.slice(toCall)];
  return (
    <div onKeyDown={moveBetweenCalls}>
      {Boolean(list.error ?? error) && <ProblemView error={list.error ?? error} onRetry={() => void list.refetch()} />}
      {state === "snoozed" || now.length === 0 ? (
        table(rows, t("list"), true)
      ) : (
        <>
          {table(now, t("list"), later.length === 0)}
          {later.length > 0 && (
            <>
              <h2 className="worklist__later">{t("later")}</h2>
              {table(later, t("later"), true)}
            </>
          )}
        </>
      )}
      {calling && <OutcomeDialog item={calling} onClose={() => setCalling(null)} />}
    </div>
  );
}
