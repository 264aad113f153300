import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, client } from "../api/client";
import { useMay } from "../api/session";
import { Button, ButtonLink } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { Field } from "../design/Field";
import { Facts, Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { ago } from "./ago";
import { HealthTag } from "./HealthTag";
import { isUnderWay, streamQuery, useRuns } from "./queries";
import type { Run, Stream, StreamDetail } from "./types";

/** One table or list: how it stands, what came of its runs, and what can be done with it. */
export function StreamPanel({ stream }: { stream: Stream }) {
  const { t } = useTranslation("sources");
  const format = useFormat();
  const detail = useQuery(streamQuery(stream.id)).data;
  const reason = stream.reason ?? stream.trouble;
  return (
    <Panel
      title={
        <span className="row">
          {stream.name} <HealthTag health={stream.health} />
        </span>
      }
      actions={<Actions stream={stream} detail={detail} />}
      flush
    >
      <div className="panel__body stack">
        {reason && <ProblemView body={{ ...reason, where: undefined }} />}
        {stream.trouble && <p className="soft">{t("again", { when: ago(stream.next_at, format.language) })}</p>}
        {detail && detail.offered.length > 0 && <p className="note">{t("offered", { count: detail.offered.length, columns: detail.offered.join(format.language === "zh" ? "、" : ", ") })}</p>}
        {detail?.notes.map((note) => (
          <p className="note" key={note.code}>
            {format.spaced(note.what)}
          </p>
        ))}
        <Facts
          items={[
            { label: t("fields.stored"), value: format.number(stream.stored_rows), note: t(`importKinds.${stream.kind as "orders"}`) },
            { label: t("fields.rejected"), value: format.number(stream.rejected_rows) },
            { label: t("fields.seen"), value: stream.seen_at ? ago(stream.seen_at, format.language) : "–", note: stream.seen_at ? format.instant(stream.seen_at) : undefined },
            { label: t("fields.next"), value: stream.state === "running" ? ago(stream.next_at, format.language) : "–", note: t("everyMinutes", { count: stream.every_minutes }) },
          ]}
        />
        {detail && <p className="soft small">{detail.position ? t("readUpTo", { column: cursorOf(detail), position: detail.position }) : cursorOf(detail) ? t("readNothing") : t("wholeTable")}</p>}
      </div>
      <Runs stream={stream} />
    </Panel>
  );
}

function cursorOf({ definition }: StreamDetail): string {
  const since = definition.incremental as { field?: string } | null | undefined;
  return String(definition.cursor ?? since?.field ?? "");
}

function Actions({ stream, detail }: { stream: Stream; detail: StreamDetail | undefined }) {
  const { t } = useTranslation("sources");
  const mayWrite = useMay("source");
  const queries = useQueryClient();
  const [asking, setAsking] = useState<"backfill" | "remove" | null>(null);
  const stale = () => queries.invalidateQueries({ queryKey: ["sources"] });
  const path = { params: { path: { stream_id: stream.id } } };
  const act = useMutation({
    mutationFn: (what: "pause" | "resume" | "run" | "remove"): Promise<unknown> => {
      if (what === "pause") return answer(client.POST("/sources/streams/{stream_id}/pause", path));
      if (what === "resume") return answer(client.POST("/sources/streams/{stream_id}/resume", path));
      if (what === "run") return answer(client.POST("/sources/streams/{stream_id}/run", path));
      return answer(client.DELETE("/sources/streams/{stream_id}", path));
    },
    onSuccess: stale,
  });
  if (!mayWrite) return null;
  const runs = stream.state === "running";
  return (
    <>
      {runs ? (
        <>
          <Button icon="refresh" disabled={act.isPending} onClick={() => act.mutate("run")}>
            {t("run")}
          </Button>
          <Button icon="history" onClick={() => setAsking("backfill")}>
            {t("backfill")}
          </Button>
          <Button disabled={act.isPending} onClick={() => act.mutate("pause")}>
            {t("pause")}
          </Button>
        </>
      ) : (
        <Button kind="primary" disabled={act.isPending} onClick={() => act.mutate("resume")}>
          {t("resume")}
        </Button>
      )}
      {detail && (
        <ButtonLink icon="columns" to={`/sources/${detail.source_id}/streams/${stream.id}`}>
          {t("change")}
        </ButtonLink>
      )}
      <Button icon="trash" aria-label={t("removeTitle", { name: stream.name })} onClick={() => setAsking("remove")} />
      {act.error && <ProblemView error={act.error} />}
      <BackfillDialog stream={stream} detail={detail} open={asking === "backfill"} onClose={() => setAsking(null)} onDone={stale} />
      <Dialog open={asking === "remove"} title={t("removeTitle", { name: stream.name })} onClose={() => setAsking(null)}>
        <p>{t("removeStream")}</p>
        <div className="row row--end">
          <Button onClick={() => setAsking(null)}>{t("keep")}</Button>
          <Button kind="danger" disabled={act.isPending} onClick={() => act.mutate("remove", { onSuccess: () => setAsking(null) })}>
            {t("removeIt")}
          </Button>
        </div>
      </Dialog>
    </>
  );
}

function BackfillDialog({ stream, detail, open, onClose, onDone }: { stream: Stream; detail: StreamDetail | undefined; open: boolean; onClose: () => void; onDone: () => Promise<void> }) {
  const { t } = useTranslation("sources");
  const fill = useMutation({
    mutationFn: (since: string) => answer(client.POST("/sources/streams/{stream_id}/backfill", { params: { path: { stream_id: stream.id } }, body: { since: since || null } })),
    onSuccess: async () => {
      onClose();
      await onDone();
    },
  });
  const cursor = detail ? cursorOf(detail) : "";
  return (
    <Dialog open={open} title={t("backfillTitle", { name: stream.name })} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          fill.mutate(cursor ? String(new FormData(event.currentTarget).get("since")) : "");
        }}
      >
        <p>{t("backfillText")}</p>
        {cursor && (
          <Field label={t("backfillSince", { column: cursor })} hint={t("backfillHint", { position: detail?.position || "–" })}>
            <input className="input" name="since" maxLength={200} autoComplete="off" />
          </Field>
        )}
        {fill.error && <ProblemView error={fill.error} />}
        <div className="row row--end">
          <Button onClick={onClose}>{t("keep")}</Button>
          <Button kind="primary" type="submit" disabled={fill.isPending}>
            {t("backfill")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const looks: Partial<Record<Run["state"], string>> = { stored: "tag--gain", failed: "tag--attention", rejected: "tag--attention", pulling: "tag--accent", landed: "tag--accent", importing: "tag--accent" };

function Runs({ stream }: { stream: Stream }) {
  const { t } = useTranslation("sources");
  const format = useFormat();
  const list = useRuns(stream.id);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const count = (run: Run, value: number) => (run.state === "nothing" || run.state === "failed" || isUnderWay(run) ? <span className="faint">–</span> : format.number(value));
  const columns: Column<Run>[] = [
    { key: "when", title: t("runs.when"), main: true, render: (run) => <span title={ago(run.started_at, format.language)}>{format.instant(run.started_at)}</span> },
    { key: "stored", title: t("fields.stored"), numeric: true, render: (run) => count(run, run.stored) },
    {
      key: "state",
      title: t("runs.state"),
      render: (run) => (
        <div className="sources__outcome">
          <span className="row">
            <span className={`tag ${looks[run.state] ?? ""}`}>{t(`runs.states.${run.state}`)}</span>
            {run.is_backfill && <span className="tag">{t("backfill")}</span>}
          </span>
          {run.reason && <span className="small">{format.spaced(run.reason.what)}</span>}
        </div>
      ),
    },
    { key: "known", title: t("runs.known"), numeric: true, render: (run) => count(run, run.redelivered) },
    { key: "rejected", title: t("fields.rejected"), numeric: true, render: (run) => count(run, run.rejected) },
    { key: "import", title: t("runs.import"), render: (run) => (run.import_id ? <Link to={`/imports/${run.import_id}`}>{t("runs.number", { number: run.import_id })}</Link> : <span className="faint">–</span>) },
  ];
  if (list.error) return <ProblemView error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.isPending && rows.length === 0) return <p className="panel__body soft">{t("runs.none")}</p>;
  return (
    <DataTable
      name={t("runs.title", { name: stream.name })}
      columns={columns}
      rows={rows}
      keyOf={(run) => String(run.id)}
      nameOf={(run) => format.instant(run.started_at)}
      compact
      loading={list.isPending}
      hasMore={list.hasNextPage}
      loadingMore={list.isFetchingNextPage}
      onMore={() => void list.fetchNextPage()}
    />
  );
}
