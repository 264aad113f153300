import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, client } from "../api/client";
import { useMay } from "../api/session";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { JobProgress } from "./JobProgress";
import { useImports } from "./queries";
import { WORKING, type ImportRow, type ImportState } from "./types";
import { UndoDialog } from "./UndoDialog";

const looks: Partial<Record<ImportState, string>> = { stored: "tag--gain", failed: "tag--attention", checking: "tag--accent", storing: "tag--accent", undoing: "tag--accent" };

export function StateTag({ state }: { state: ImportState }) {
  const { t } = useTranslation("imports");
  return <span className={`tag ${looks[state] ?? ""}`}>{t(`states.${state}`)}</span>;
}

/** The state; of a refused file also why, and what to do about it. */
function Outcome({ row }: { row: ImportRow }) {
  const format = useFormat();
  if (row.state !== "failed" || !row.reason) return <StateTag state={row.state} />;
  return (
    <div className="outcome">
      <StateTag state={row.state} />
      <span className="small">{format.spaced(row.reason.what)}</span>
      {row.reason.remedy && <span className="small soft">{format.spaced(row.reason.remedy)}</span>}
    </div>
  );
}

/** Every file that came in, newest first; what runs shows how far it is. */
export function History() {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const mayImport = useMay("import");
  const queries = useQueryClient();
  const [undoing, setUndoing] = useState<ImportRow | null>(null);
  const list = useImports();
  const cancel = useMutation({ mutationFn: (id: number) => answer(client.POST("/imports/{import_id}/cancel", { params: { path: { import_id: id } } })), onSuccess: () => queries.invalidateQueries({ queryKey: ["imports"] }) });
  const count = (value: number | undefined) => (value === undefined ? <span className="faint">–</span> : format.number(value));
  const action = (row: ImportRow) => {
    if (!mayImport) return null;
    if (row.state === "stored")
      return (
        <Button icon="undo" aria-label={t("undoWhat", { name: row.name })} onClick={() => setUndoing(row)}>
          {t("undo")}
        </Button>
      );
    if (row.state === "checking" || row.state === "storing")
      return (
        <Button icon="close" aria-label={t("cancelWhat", { name: row.name })} disabled={cancel.isPending} onClick={() => cancel.mutate(row.id)}>
          {t("cancelShort")}
        </Button>
      );
    if (row.state === "matching" || row.state === "checked")
      return (
        <Link className="button button--line" to={`/imports/${row.id}`}>
          {t("goOn")}
        </Link>
      );
    return <span className="faint">–</span>;
  };
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
    { key: "received", title: t("fields.received"), numeric: true, render: (row) => count(row.counts.received) },
    { key: "state", title: t("fields.state"), render: (row) => (WORKING.includes(row.state) ? <JobProgress jobId={row.job_id} name={row.name} small /> : <Outcome row={row} />) },
    { key: "kind", title: t("fields.kind"), render: (row) => t(`kinds.${row.kind}`) },
    { key: "stored", title: t("fields.stored"), numeric: true, render: (row) => count(row.counts.stored) },
    { key: "redelivered", title: t("fields.redelivered"), numeric: true, render: (row) => count(row.counts.redelivered) },
    {
      key: "rejected",
      title: t("fields.rejected"),
      numeric: true,
      render: (row) => (row.counts.rejected ? <Link to={`/imports/quarantine?import=${row.id}`}>{format.number(row.counts.rejected)}</Link> : count(row.counts.rejected)),
    },
    {
      key: "when",
      title: `${t("fields.when")} · ${t("fields.by")}`,
      render: (row) => (
        <>
          {format.instant(row.created_at)}
          <span className="small soft block">{row.created_by ?? t("automatic")}</span>
        </>
      ),
    },
    { key: "undo", title: t("fields.action"), pinned: true, render: action },
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
          keyOf={(row) => String(row.id)}
          nameOf={(row) => row.name}
          loading={list.isPending}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
      {cancel.error && <ProblemView error={cancel.error} />}
      {undoing && <UndoDialog row={undoing} onClose={() => setUndoing(null)} />}
    </Panel>
  );
}
