import { useQuery } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "../api/session";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { Panel } from "../design/Panel";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { ago } from "./ago";
import { HealthTag } from "./HealthTag";
import { sourcesQuery } from "./queries";
import type { Source, Stream } from "./types";
import "./sources.css";

interface Line {
  source: Source;
  stream: Stream | null;
}

/** What is wrong first, then as they were made. */
const rank: Record<Stream["health"], number> = { stopped: 0, troubled: 1, late: 2, new: 3, healthy: 4, paused: 5 };

function linesOf(sources: Source[]): Line[] {
  const lines = sources.flatMap<Line>((source) => (source.streams.length ? source.streams.map((stream) => ({ source, stream })) : [{ source, stream: null }]));
  return lines.sort((a, b) => (a.stream ? rank[a.stream.health] : 3) - (b.stream ? rank[b.stream.health] : 3));
}

export default function SourcesPage() {
  const { t } = useTranslation("sources");
  const mayWrite = useMay("source");
  const list = useQuery(sourcesQuery);
  const lines = linesOf(list.data?.items ?? []);
  const streams = lines.flatMap(({ stream }) => (stream ? [stream] : []));
  const add = mayWrite && (
    <ButtonLink kind="primary" icon="plus" to="/sources/new">
      {t("add")}
    </ButtonLink>
  );
  return (
    <AnswerPage
      title={t("title")}
      loading={list.isPending}
      error={list.error}
      onRetry={() => void list.refetch()}
      actions={lines.length > 0 && add}
      answer={<Answer streams={streams} />}
      empty={
        list.data?.items.length === 0 && (
          <EmptyState icon="sources" title={t("empty.title")} action={add}>
            {t("empty.text")}
          </EmptyState>
        )
      }
    >
      <Panel flush>
        <Lines lines={lines} />
      </Panel>
    </AnswerPage>
  );
}

function Answer({ streams }: { streams: Stream[] }) {
  const { t } = useTranslation("sources");
  const wrong = streams.filter(({ health }) => health === "stopped" || health === "troubled" || health === "late").length;
  if (streams.length === 0) return <>{t("answer.none")}</>;
  const key = wrong === 0 ? "answer.well" : streams.length === 1 ? "answer.wrongOnly" : "answer.wrong";
  return <Trans ns="sources" i18nKey={key} values={{ count: wrong || streams.length, all: streams.length }} components={{ b: <b /> }} />;
}

function Lines({ lines }: { lines: Line[] }) {
  const { t } = useTranslation("sources");
  const format = useFormat();
  const columns: Column<Line>[] = [
    {
      key: "name",
      title: t("fields.stream"),
      main: true,
      render: ({ source, stream }) => (
        <span>
          <Link className="table-name" to={`/sources/${source.id}`}>
            {stream ? stream.name : source.name}
          </Link>
          <span className="small soft block">{stream ? `${source.name} · ${t(`kinds.${source.kind}`)}` : t(`kinds.${source.kind}`)}</span>
        </span>
      ),
    },
    { key: "stored", title: t("fields.stored"), numeric: true, render: ({ stream }) => (stream ? format.number(stream.stored_rows) : <span className="faint">–</span>) },
    { key: "health", title: t("fields.health"), render: ({ stream }) => (stream ? <Health stream={stream} /> : <span className="soft">{t("noStream")}</span>) },
    { key: "seen", title: t("fields.seen"), render: ({ stream }) => (stream?.seen_at ? <span title={format.instant(stream.seen_at)}>{ago(stream.seen_at, format.language)}</span> : <span className="faint">–</span>) },
    { key: "rejected", title: t("fields.rejected"), numeric: true, render: ({ stream }) => (stream ? format.number(stream.rejected_rows) : <span className="faint">–</span>) },
    { key: "every", title: t("fields.every"), render: ({ stream }) => (stream ? t("everyMinutes", { count: stream.every_minutes }) : <span className="faint">–</span>) },
  ];
  return <DataTable name={t("title")} columns={columns} rows={lines} keyOf={({ source, stream }) => `${source.id}-${stream?.id ?? 0}`} nameOf={({ source, stream }) => stream?.name ?? source.name} />;
}

function Health({ stream }: { stream: Stream }) {
  const format = useFormat();
  const reason = stream.reason ?? stream.trouble;
  return (
    <div className="sources__outcome">
      <HealthTag health={stream.health} />
      {reason && <span className="small">{format.spaced(reason.what)}</span>}
    </div>
  );
}
