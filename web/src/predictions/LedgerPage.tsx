import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { answer, client } from "../api/client";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { deciles } from "../charts/deciles";
import { AnswerPage } from "../design/AnswerPage";
import { Button } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { microsForDrawing } from "../i18n/format";
import { useFormat } from "../i18n/useFormat";
import { useLedger } from "./queries";
import type { Entry, LedgerCounts, Settled, Snapshot } from "./types";
import "./predictions.css";

/** Every prediction that was shown, frozen, and what came of it. Nobody can edit it, and anybody can check that. */
export default function LedgerPage() {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const [asked, setAsked] = useSearchParams();
  const list = useLedger(false);
  const back = useLedger(true);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const looked = back.data?.pages.flatMap((page) => page.items) ?? [];
  const all = [...rows, ...looked];
  const chosen = all.find((row) => String(row.id) === asked.get("snapshot")) ?? all[0];
  const choose = (row: Snapshot) => setAsked({ snapshot: String(row.id) }, { replace: true, preventScrollReset: true });
  const counts = list.data?.pages[0]?.counts;
  const summary = chosen && summaryOf(chosen);
  const noteOf = ({ next_due, later }: LedgerCounts) =>
    [next_due && t("ledger.nextDue", { day: format.day(next_due) }), later > 0 && t("ledger.laterWords", { count: later, formatted: format.number(later) })].filter(Boolean).join(" ") || undefined;
  return (
    <AnswerPage
      title={t("ledger.title")}
      loading={list.isPending || back.isPending}
      error={list.error ?? back.error}
      onRetry={() => void Promise.all([list.refetch(), back.refetch()])}
      actions={<ChainCheck />}
      answer={counts && all.length > 0 && t("ledger.answer", { count: counts.frozen, frozen: format.number(counts.frozen), settled: format.number(counts.settled) })}
      note={counts && noteOf(counts)}
      empty={all.length === 0 && <EmptyState icon="shield" title={t("ledger.emptyTitle")}>{t("ledger.empty")}</EmptyState>}
    >
      {rows.length > 0 && <Snapshots title={t("ledger.list")} rows={rows} list={list} chosen={chosen} onChoose={choose} />}
      {looked.length > 0 && <Snapshots title={t("ledger.lookedBack")} note={t("ledger.lookedBackNote")} rows={looked} list={back} chosen={chosen} onChoose={choose} />}
      {summary && <Outcome summary={summary} />}
      {chosen && chosen.settlements.length > 1 && <Settlements snapshot={chosen} />}
      {chosen && <Entries key={chosen.id} snapshot={chosen} />}
    </AnswerPage>
  );
}

function Snapshots({ title, note, rows, list, chosen, onChoose }: { title: string; note?: string; rows: Snapshot[]; list: ReturnType<typeof useLedger>; chosen: Snapshot | undefined; onChoose: (row: Snapshot) => void }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  return (
    <Panel title={title} flush>
      {note && <p className="panel__body soft">{note}</p>}
      <DataTable
        name={title}
        rows={rows}
        keyOf={(row) => String(row.id)}
        nameOf={(row) => format.day(row.as_of)}
        hasMore={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        columns={[
          {
            key: "as_of",
            title: t("ledger.asOf"),
            main: true,
            render: (row) => (
              <>
                <button type="button" className="text-button" aria-pressed={row.id === chosen?.id} onClick={() => onChoose(row)}>
                  {format.day(row.as_of)}
                </button>
                {row.number > 1 && <span className="small faint block">{t("ledger.word", { number: row.number })}</span>}
              </>
            ),
          },
          { key: "actual", title: t("ledger.actual"), numeric: true, render: (row) => <Came row={row} /> },
          { key: "said", title: t("ledger.predicted"), numeric: true, render: (row) => <Said row={row} /> },
          { key: "rule", title: t("ledger.rule"), numeric: true, render: (row) => <ByRule row={row} /> },
          { key: "due", title: t("ledger.due"), numeric: true, render: (row) => format.day(row.due_on) },
          { key: "entries", title: t("ledger.customers"), numeric: true, render: (row) => <Counted row={row} /> },
          { key: "version", title: t("ledger.version"), numeric: true, render: (row) => t("versions.name", { version: row.version }) },
          { key: "digest", title: t("ledger.digest"), render: (row) => <code title={row.digest}>{row.digest.slice(0, 10)}</code> },
        ]}
      />
    </Panel>
  );
}

const summaryOf = (row: Snapshot): Settled | null => row.summary as unknown as Settled | null;

/** As the record has it now; when it was corrected, and a silence that may be a missing file. */
function Came({ row }: { row: Snapshot }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const summary = summaryOf(row);
  const corrected = row.settlements.length > 1 && row.settled_at;
  return (
    <>
      {summary ? format.money(summary.actual_micros, { whole: true }) : <span className="faint">{row.settled_at ? "–" : t("ledger.running")}</span>}
      {corrected && <span className="small faint block">{t("ledger.correctedOn", { when: format.instant(corrected) })}</span>}
      {summary?.silent_days !== undefined && <span className="small faint block">{t("ledger.silent", { count: summary.silent_days, formatted: format.number(summary.silent_days) })}</span>}
    </>
  );
}

/** How many were spoken of, and how many of them nobody knows any more. */
function Counted({ row }: { row: Snapshot }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const unknown = summaryOf(row)?.unknown ?? 0;
  return (
    <>
      {format.number(row.entries)}
      {unknown > 0 && <span className="small faint block">{t("ledger.unknown", { count: unknown, formatted: format.number(unknown) })}</span>}
    </>
  );
}

function Said({ row }: { row: Snapshot }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const said = summaryOf(row)?.said_micros;
  if (said !== null && said !== undefined) return <>{format.money(said, { whole: true })}</>;
  return <span className="faint">{t(row.state === "published" ? "ledger.perCustomer" : "ledger.rankOnly")}</span>;
}

function ByRule({ row }: { row: Snapshot }) {
  const format = useFormat();
  const rule = summaryOf(row)?.rule_micros;
  return rule === undefined ? <span className="faint">–</span> : <>{format.money(rule, { whole: true })}</>;
}

function ChainCheck() {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const [part, setPart] = useState<{ checked: number; total: number }>();
  // A long ledger is gone through some seconds at a time.
  const check = useMutation({
    mutationFn: async () => {
      for (let after = 0; ; ) {
        const found = await answer(client.GET("/predictions/ledger/check", { params: { query: { after } } }));
        if (found.next === null) return found;
        setPart(found);
        after = found.next;
      }
    },
    onSettled: () => setPart(undefined),
  });
  return (
    <span className="row">
      <span role="status">
        {part && <span className="faint">{t("ledger.checked", { done: format.number(part.checked), total: format.number(part.total) })}</span>}
        {check.data && <span className={`tag ${check.data.is_whole ? "tag--gain" : "tag--attention"}`}>{check.data.is_whole ? t("ledger.whole") : t("ledger.broken", { id: check.data.first_broken })}</span>}
      </span>
      <Button icon="shield" disabled={check.isPending} onClick={() => check.mutate()}>
        {t("ledger.check")}
      </Button>
      {check.error && <ProblemView error={check.error} />}
    </span>
  );
}

function Outcome({ summary }: { summary: Settled }) {
  const { t } = useTranslation("predictions");
  const context = useChartContext();
  const { format } = context;
  const money = (micros: number) => format.money(micros, { compact: true });
  const rows = [...summary.tenths]
    .sort((a, b) => b.tenth - a.tenth)
    .map((row, index) => ({
      decile: index + 1,
      predicted: row.said_micros === null ? null : microsForDrawing(row.said_micros),
      predictedText: row.said_micros === null ? "" : money(row.said_micros),
      low: null,
      high: null,
      intervalText: "",
      actual: microsForDrawing(row.actual_micros),
      actualText: money(row.actual_micros),
      rule: microsForDrawing(row.actual_by_rule_micros),
      ruleText: money(row.actual_by_rule_micros),
    }));
  const unknown = summary.unknown ?? 0;
  const notes = [
    summary.coverage !== null && t("ledger.coverage", { share: format.percent(summary.coverage) }),
    unknown > 0 && t("ledger.leftOut", { count: unknown, formatted: format.number(unknown) }),
    summary.silent_days !== undefined && t("ledger.silentNote", { count: summary.silent_days, formatted: format.number(summary.silent_days) }),
  ].filter(Boolean);
  return <ChartFrame title={t("ledger.outcome")} note={notes.length > 0 ? notes.join(" ") : undefined} drawing={deciles(rows, context, t("ledger.byRule"))} file="ledger" />;
}

/** What was said to have happened, each time: a correction is seen, and what it corrects stays. */
function Settlements({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const title = t("ledger.settlements");
  return (
    <Panel title={title} flush>
      <p className="panel__body soft">{t("ledger.settlementsNote")}</p>
      <DataTable
        name={title}
        compact
        rows={[...snapshot.settlements].reverse()}
        keyOf={(row) => String(row.number)}
        nameOf={(row) => format.instant(row.settled_at)}
        columns={[
          { key: "at", title: t("ledger.settledAt"), main: true, render: (row) => format.instant(row.settled_at) },
          { key: "actual", title: t("ledger.actual"), numeric: true, render: (row) => (row.actual_micros === null ? <span className="faint">–</span> : format.money(row.actual_micros, { whole: true })) },
          { key: "corrected", title: t("ledger.corrected"), numeric: true, render: (row) => (row.corrected === null ? <span className="faint">–</span> : format.number(row.corrected)) },
          { key: "digest", title: t("ledger.digest"), render: (row) => <code title={row.digest}>{row.digest.slice(0, 10)}</code> },
        ]}
      />
    </Panel>
  );
}

function Entries({ snapshot }: { snapshot: Snapshot }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const list = useInfiniteQuery({
    queryKey: ["predictions", "ledger", "entries", snapshot.id],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/predictions/ledger/{snapshot_id}/entries", { params: { path: { snapshot_id: snapshot.id }, query: { after: pageParam, limit: 50 } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
  const title = t("ledger.entries", { day: format.day(snapshot.as_of) });
  const money = (micros: number | null) => (micros === null ? <span className="faint">–</span> : format.money(micros, { whole: true }));
  const said: Column<Entry>[] = [
    { key: "said", title: t("ledger.predicted"), numeric: true, render: (row) => money(row.expected_value_micros) },
    { key: "range", title: t("ledger.range"), numeric: true, render: (row) => (row.value_low_micros === null || row.value_high_micros === null ? <span className="faint">–</span> : `${format.money(row.value_low_micros, { whole: true })} – ${format.money(row.value_high_micros, { whole: true })}`) },
  ];
  const came: Column<Entry>[] = [
    { key: "actual", title: t("ledger.actual"), numeric: true, render: (row) => (row.actual_value_micros === null ? <span className="faint">{t("ledger.notKnown")}</span> : money(row.actual_value_micros)) },
    { key: "orders", title: t("ledger.orders"), numeric: true, render: (row) => (row.actual_orders === null ? <span className="faint">–</span> : format.number(row.actual_orders)) },
  ];
  return (
    <Panel title={title} flush>
      {list.error && <ProblemView error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable
        name={title}
        compact
        rows={list.data?.pages.flatMap((page) => page.items) ?? []}
        loading={list.isPending}
        hasMore={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        keyOf={(row) => String(row.id)}
        nameOf={(row) => row.name || t("ledger.gone")}
        empty={<p className="panel__body soft">{t("ledger.noneYours")}</p>}
        columns={[
          {
            key: "name",
            title: t("ledger.customer"),
            main: true,
            render: (row) =>
              row.customer_id === null ? (
                <span className="faint">{t("ledger.gone")}</span>
              ) : (
                <Link className="table-name" to={`/customers/${row.customer_id}`}>
                  {row.name || row.customer_id}
                </Link>
              ),
          },
          { key: "rank", title: t("ledger.rank"), numeric: true, render: (row) => format.number(row.rank) },
          ...(snapshot.state === "published" ? said : []),
          ...(snapshot.settled_at ? came : []),
        ]}
      />
    </Panel>
  );
}
