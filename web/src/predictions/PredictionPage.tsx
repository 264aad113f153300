import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { answer, client } from "../api/client";
import { useMay } from "../api/session";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { Facts, Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import { customersWith, segmentOf } from "../shell/links";
import { DecilesPanel } from "./DecilesPanel";
import { useVersion, useVersions } from "./queries";
import { FeedbackPanel } from "./FeedbackPanel";
import { RankingPanel } from "./RankingPanel";
import { estimateText, ranksOfTenth, unitsToMicros } from "./shaping";
import { StateTag } from "./StateTag";
import type { Origin, VersionDetail } from "./types";
import { stateOf, useMethodName } from "./words";
import "./predictions.css";

/** One version with all its evidence: why it is shown or kept back, and what it was tested on. */
export default function PredictionPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const methodName = useMethodName();
  const query = useVersion(Number(id));
  const data = query.data;
  const state = data && stateOf(data.state);
  return (
    <AnswerPage
      title={data ? t("kind", { days: format.number(data.horizon_days) }) : t("title")}
      loading={query.isPending}
      error={query.error}
      onRetry={() => void query.refetch()}
      answer={data && state && t(`stateAnswer.${state}`, { rule: methodName(data.rule), model: methodName(data.candidate) })}
      note={
        data && (
          <span className="row">
            <StateTag state={data.state} />
            <span>{t("versionNote", { version: data.version, day: format.day(data.as_of) })}</span>
            {!data.is_serving && <span className="tag tag--attention">{t("versions.old")}</span>}
          </span>
        )
      }
    >
      {data && <Body data={data} />}
    </AnswerPage>
  );
}

function Body({ data }: { data: VersionDetail }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const go = useNavigate();
  const { backtest: test } = data;
  const ranked = data.card.customers;
  const toTenth = (tenth: string) => ranked && void go(customersWith({ value_rank: ranksOfTenth(Number(tenth), ranked) }));
  return (
    <>
      <Panel title={t("why")}>
        <ul className="reasons">
          {data.reasons.map((reason, index) => (
            <li key={index}>
              <strong>{format.spaced(reason.what)}</strong>
              {reason.why && <span className="soft">{format.spaced(reason.why)}</span>}
              {reason.remedy && <span className="soft">{format.spaced(reason.remedy)}</span>}
            </li>
          ))}
        </ul>
      </Panel>
      {data.is_serving && <WhoPanel data={data} ranked={ranked} />}
      <DecilesPanel test={test} onSelect={data.is_serving && ranked ? toTenth : undefined} />
      {(test.pooled?.length ?? 0) > 0 && <RankingPanel rankings={test.pooled ?? []} />}
      {(test.origins?.length ?? 0) > 0 && <Origins origins={test.origins ?? []} />}
      <Facts
        items={[
          { label: t("data.origins"), value: test.effective_origins === undefined ? "–" : format.number(test.effective_origins), note: t("data.originsNote") },
          { label: t("data.customers"), value: format.number(data.card.lake?.customers ?? 0) },
          { label: t("data.lines"), value: format.number(data.card.lake?.order_lines ?? 0) },
          { label: t("data.code"), value: data.card.code_version ?? "–", note: data.card.signature && t("data.signature", { signature: data.card.signature.slice(0, 12) }) },
        ]}
      />
      {test.season_seen === false && <p className="soft">{t("seasonUnseen")}</p>}
      <FeedbackPanel version={data.id} />
      <Versions current={data.id} />
    </>
  );
}

/** The usable list there always is: by the model, or by the plain rule under its own name. */
function WhoPanel({ data, ranked }: { data: VersionDetail; ranked: number | undefined }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const methodName = useMethodName();
  const byModel = ["published", "ranking_only"].includes(stateOf(data.state));
  const best = ranked ? ranksOfTenth(1, ranked) : null;
  return (
    <Panel title={byModel ? t("who.model") : t("who.rule", { rule: methodName(data.rule) })}>
      <div className="row">
        <ButtonLink kind="primary" to={customersWith({}, "-value_score")}>
          {t("who.all")}
        </ButtonLink>
        {best && (
          <>
            <ButtonLink to={customersWith({ value_rank: best }, "-value_score")}>{t("who.tenth", { count: best.max, formatted: format.number(best.max) })}</ButtonLink>
            <ButtonLink icon="plus" to={segmentOf([{ field: "value_rank", value: best }])}>
              {t("who.segment")}
            </ButtonLink>
          </>
        )}
      </div>
    </Panel>
  );
}

function Origins({ origins }: { origins: Origin[] }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const money = (units: number | null) => (units === null ? "–" : format.money(unitsToMicros(units), { whole: true }));
  return (
    <Panel title={t("origins.title")} flush>
      <DataTable
        name={t("origins.title")}
        rows={origins}
        keyOf={(origin) => origin.as_of}
        nameOf={(origin) => origin.as_of}
        columns={[
          { key: "window", title: t("origins.window"), main: true, render: (origin) => `${format.day(origin.as_of)} – ${format.day(origin.until)}` },
          { key: "actual", title: t("origins.actual"), numeric: true, render: (origin) => <strong>{money(origin.actual_total)}</strong> },
          { key: "said", title: t("origins.said"), numeric: true, render: (origin) => money(origin.predicted_total) },
          { key: "rule", title: t("origins.rule"), numeric: true, render: (origin) => money(origin.rule_total) },
          { key: "ratio", title: t("origins.ratio"), numeric: true, render: (origin) => estimateText(origin.ratio, (value) => format.percent(value)) },
          { key: "coverage", title: t("origins.coverage"), numeric: true, render: (origin) => (origin.coverage === null ? "–" : format.percent(origin.coverage)) },
          { key: "customers", title: t("origins.customers"), numeric: true, render: (origin) => `${format.number(origin.buyers)} / ${format.number(origin.customers)}` },
          { key: "use", title: t("origins.use"), render: (origin) => t(`origins.uses.${origin.use}`) },
        ]}
      />
    </Panel>
  );
}

function Versions({ current }: { current: number }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const methodName = useMethodName();
  const mayServe = useMay("prediction");
  const queries = useQueryClient();
  const list = useVersions();
  const serve = useMutation({
    mutationFn: (id: number) => answer(client.POST("/predictions/versions/{version_id}/serve", { params: { path: { version_id: id } } })),
    onSuccess: () => queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" }),
  });
  return (
    <Panel title={t("versions.title")} flush>
      {list.error && <ProblemView error={list.error} onRetry={() => void list.refetch()} />}
      <DataTable
        name={t("versions.title")}
        rows={list.data?.pages.flatMap((page) => page.items) ?? []}
        loading={list.isPending}
        hasMore={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        keyOf={(version) => String(version.id)}
        nameOf={(version) => t("versions.name", { version: version.version })}
        columns={[
          {
            key: "version",
            title: t("versions.version"),
            main: true,
            render: (version) =>
              version.id === current ? (
                <strong>{t("versions.name", { version: version.version })}</strong>
              ) : (
                <Link className="table-name" to={`/predictions/${version.id}`}>
                  {t("versions.name", { version: version.version })}
                </Link>
              ),
          },
          { key: "state", title: t("fields.state"), render: (version) => <StateTag state={version.state} /> },
          { key: "as_of", title: t("fields.asOf"), numeric: true, render: (version) => format.day(version.as_of) },
          { key: "model", title: t("fields.model"), render: (version) => methodName(version.candidate) || "–" },
          { key: "made", title: t("versions.made"), render: (version) => format.instant(version.created_at) },
          {
            key: "use",
            title: t("versions.use"),
            render: (version) =>
              version.is_serving ? (
                <span className="tag tag--accent">{t("versions.current")}</span>
              ) : version.can_serve && mayServe ? (
                <Button icon="undo" disabled={serve.isPending} onClick={() => serve.mutate(version.id)}>
                  {t("versions.serve")}
                </Button>
              ) : (
                <span className="faint">–</span>
              ),
          },
        ]}
      />
      {serve.error && <ProblemView error={serve.error} />}
    </Panel>
  );
}
