import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api } from "../api/client";
import { useMay } from "../api/session";
import type { Page } from "../api/types";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { waterfall, type WaterfallStep } from "../charts/waterfall";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { EmptyState } from "../design/EmptyState";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { microsForDrawing, sumMicros, toMicros } from "../i18n/format";
import { useFormat } from "../i18n/useFormat";
import type { ImportRow, ImportState, ImportSummary } from "./types";

export default function ImportsPage() {
  const { t } = useTranslation("imports");
  const context = useChartContext();
  const { format } = context;
  const go = useNavigate();
  const mayImport = useMay("import");
  const summary = useQuery({ queryKey: ["imports", "summary"], queryFn: ({ signal }) => api.get<ImportSummary>("/imports/summary", {}, signal) });
  const data = summary.data;
  const nothing = data && data.data_through === null;
  return (
    <AnswerPage
      title={t("title")}
      loading={summary.isPending}
      error={summary.error}
      onRetry={() => void summary.refetch()}
      actions={
        mayImport && (
          <ButtonLink kind="primary" icon="imports" to="/imports/new">
            {t("new")}
          </ButtonLink>
        )
      }
      answer={
        data?.data_through && (
          <Trans ns="imports" i18nKey="answer" values={{ day: format.day(data.data_through), agrees: format.money(data.agrees_micros, { compact: true }), explained: format.money(data.explained_micros, { compact: true }) }} components={{ b: <b /> }} />
        )
      }
      note={data?.data_through && <Link to="/imports/quarantine">{t("quarantined", { count: data.quarantined, formatted: format.number(data.quarantined) })}</Link>}
      empty={
        nothing && (
          <EmptyState icon="imports" title={t("empty.title")} action={mayImport && <ButtonLink kind="primary" to="/imports/new">{t("new")}</ButtonLink>}>
            {t("empty.text")}
          </EmptyState>
        )
      }
    >
      {data && (
        <ChartFrame
          title={t("picture")}
          note={t("pictureNote")}
          file="reconciliation"
          onSelect={(step) => void go(step === "rejected" ? "/imports/quarantine" : "/imports")}
          drawing={waterfall(
            data.waterfall.map((step): WaterfallStep => {
              const total = step.step === "file" || step.step === "stored";
              return {
                key: step.step,
                name: t(`steps.${step.step}`),
                value: microsForDrawing(step.amount_micros),
                text: format.money(step.amount_micros, { compact: true, signed: !total }),
                kind: total ? "total" : step.step === "rejected" ? "loss" : "neutral",
              };
            }),
            context,
          )}
        />
      )}
      <History />
      {data && <Months months={data.months} />}
    </AnswerPage>
  );
}

const looks: Partial<Record<ImportState, string>> = { done: "tag--gain", failed: "tag--attention", running: "tag--accent" };

function History() {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const [undoing, setUndoing] = useState<ImportRow | null>(null);
  const list = useInfiniteQuery({
    queryKey: ["imports", "list"],
    queryFn: ({ pageParam, signal }) => api.get<Page<ImportRow>>("/imports", { cursor: pageParam, limit: 50 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const columns: Column<ImportRow>[] = [
    {
      key: "name",
      title: t("fields.file"),
      main: true,
      render: (row) => (
        <Link className="table-name" to={`/imports/${row.id}`}>
          {row.name}
        </Link>
      ),
    },
    { key: "received", title: t("fields.received"), numeric: true, render: (row) => format.number(row.counts.received) },
    { key: "state", title: t("fields.state"), render: (row) => <span className={`tag ${looks[row.state] ?? ""}`}>{t(`states.${row.state}`)}</span> },
    { key: "kind", title: t("fields.kind"), render: (row) => t(`kinds.${row.kind}`) },
    { key: "stored", title: t("fields.stored"), numeric: true, render: (row) => format.number(row.counts.stored) },
    { key: "redelivered", title: t("fields.redelivered"), numeric: true, render: (row) => format.number(row.counts.redelivered) },
    { key: "rejected", title: t("fields.rejected"), numeric: true, render: (row) => format.number(row.counts.rejected) },
    { key: "when", title: t("fields.when"), render: (row) => format.instant(row.started_at) },
    { key: "by", title: t("fields.by"), render: (row) => row.by?.name ?? t("automatic") },
    {
      key: "undo",
      title: t("fields.undo"),
      render: (row) =>
        row.undoable ? (
          <Button icon="undo" aria-label={t("undoWhat", { name: row.name })} onClick={() => setUndoing(row)}>
            {t("undo")}
          </Button>
        ) : (
          <span className="faint">–</span>
        ),
    },
  ];
  return (
    <Panel title={t("history")} flush>
      {list.error ? (
        <div className="panel__body">
          <ProblemView error={list.error} onRetry={() => void list.refetch()} />
        </div>
      ) : (
        <DataTable
          name={t("history")}
          columns={columns}
          rows={list.data?.pages.flatMap((page) => page.items) ?? []}
          keyOf={(row) => row.id}
          nameOf={(row) => row.name}
          loading={list.isPending}
          hasMore={list.hasNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
      {undoing && <UndoDialog row={undoing} onClose={() => setUndoing(null)} />}
    </Panel>
  );
}

export function UndoDialog({ row, onClose }: { row: ImportRow; onClose: () => void }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const queries = useQueryClient();
  const undo = useMutation({
    mutationFn: () => api.post(`/imports/${row.id}/undo`),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["imports"] });
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      onClose();
    },
  });
  return (
    <Dialog open title={t("undoWhat", { name: row.name })} onClose={onClose}>
      <p>{t("undoText", { formatted: format.number(row.counts.stored) })}</p>
      {undo.error && <ProblemView error={undo.error} />}
      <div className="dialog__foot">
        <Button onClick={onClose}>{t("keep")}</Button>
        <Button kind="danger" icon="undo" disabled={undo.isPending} onClick={() => undo.mutate()}>
          {t("undo")}
        </Button>
      </div>
    </Dialog>
  );
}

function Months({ months }: { months: ImportSummary["months"] }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  return (
    <Panel title={t("months.title")} flush>
      <DataTable
        name={t("months.title")}
        rows={months}
        keyOf={(month) => month.month}
        nameOf={(month) => month.month}
        columns={[
          { key: "month", title: t("months.month"), main: true, render: (month) => format.day(month.month, "month") },
          { key: "file", title: t("months.file"), numeric: true, render: (month) => format.money(month.file_micros) },
          { key: "stored", title: t("months.stored"), numeric: true, render: (month) => format.money(month.stored_micros) },
          { key: "difference", title: t("months.difference"), numeric: true, render: (month) => format.money(toMicros(month.stored_micros) - toMicros(month.file_micros), { signed: true }) },
          {
            key: "why",
            title: t("months.why"),
            render: (month) => month.differences.map((each) => `${each.reason.text} ${format.money(each.amount_micros, { signed: true })}`).join(" · ") || "–",
          },
          {
            key: "open",
            title: t("months.open"),
            numeric: true,
            render: (month) => format.money(toMicros(month.stored_micros) - toMicros(month.file_micros) - sumMicros(month.differences.map((each) => each.amount_micros))),
          },
        ]}
      />
    </Panel>
  );
}
