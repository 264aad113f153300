import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api } from "../api/client";
import type { Page } from "../api/types";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { BackTestChart } from "./BackTestChart";
import { StateTag } from "./StateTag";
import type { LedgerEntry, PredictionModel, PredictionsOverview } from "./types";

export default function PredictionsPage() {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const go = useNavigate();
  const overview = useQuery({ queryKey: ["predictions", "overview"], queryFn: ({ signal }) => api.get<PredictionsOverview>("/predictions", {}, signal) });
  const headline = overview.data?.headline;
  const columns = useModelColumns();
  return (
    <AnswerPage
      title={t("title")}
      loading={overview.isPending}
      error={overview.error}
      onRetry={() => void overview.refetch()}
      answer={
        headline ? (
          <Trans
            ns="predictions"
            i18nKey="answer"
            values={{ predicted: format.money(headline.predicted_micros, { whole: true }), actual: format.money(headline.actual_micros, { whole: true }), rule: format.money(headline.rule_micros, { whole: true }) }}
            components={{ b: <b /> }}
          />
        ) : (
          t("noneYet")
        )
      }
      note={headline && t("answerNote", { from: format.day(headline.from), to: format.day(headline.to), rule: headline.rule_name.text })}
      empty={
        overview.data?.models.length === 0 && (
          <EmptyState
            icon="predictions"
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
      {headline && <BackTestChart test={headline} onSelect={(decile) => void go(`/customers?decile=${decile}`)} />}
      {overview.data && (
        <Panel title={t("models")} flush>
          <DataTable name={t("models")} columns={columns} rows={overview.data.models} keyOf={(model) => model.id} nameOf={(model) => t("kind", { days: model.horizon_days })} />
        </Panel>
      )}
      <Ledger />
    </AnswerPage>
  );
}

function useModelColumns(): Column<PredictionModel>[] {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  return [
    {
      key: "name",
      title: t("fields.what"),
      main: true,
      render: (model) => (
        <Link className="table-name" to={`/predictions/${model.id}`}>
          {t("kind", { days: format.number(model.horizon_days) })}
        </Link>
      ),
    },
    { key: "total", title: t("fields.total"), numeric: true, render: (model) => (model.total_micros === null ? "–" : format.money(model.total_micros, { whole: true })) },
    { key: "state", title: t("fields.state"), render: (model) => <StateTag state={model.state} /> },
    { key: "reason", title: t("fields.reason"), render: (model) => <span title={model.reason.text}>{format.spaced(model.reason.text)}</span> },
    { key: "model", title: t("fields.model"), render: (model) => model.model_name ?? "–" },
    { key: "as_of", title: t("fields.asOf"), numeric: true, render: (model) => (model.as_of ? format.day(model.as_of) : "–") },
  ];
}

/** Every prediction that was shown, frozen, and what came of it. Nobody can edit it. */
export function Ledger({ predictionId }: { predictionId?: string }) {
  const { t } = useTranslation("predictions");
  const format = useFormat();
  const ledger = useInfiniteQuery({
    queryKey: ["predictions", "ledger", predictionId ?? null],
    queryFn: ({ pageParam, signal }) => api.get<Page<LedgerEntry>>("/predictions/ledger", { prediction_id: predictionId, cursor: pageParam, limit: 20 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const rows = ledger.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: Column<LedgerEntry>[] = [
    { key: "as_of", title: t("ledger.asOf"), main: true, render: (entry) => format.day(entry.as_of) },
    { key: "actual", title: t("ledger.actual"), numeric: true, render: (entry) => (entry.actual_micros === null ? <span className="faint">{t("ledger.running")}</span> : format.money(entry.actual_micros, { whole: true })) },
    { key: "predicted", title: t("ledger.predicted"), numeric: true, render: (entry) => (entry.predicted_micros === null ? t("ledger.rankOnly") : format.money(entry.predicted_micros, { whole: true })) },
    { key: "horizon", title: t("ledger.horizon"), numeric: true, render: (entry) => t("ledger.days", { count: entry.horizon_days, formatted: format.number(entry.horizon_days) }) },
    { key: "customers", title: t("ledger.customers"), numeric: true, render: (entry) => format.number(entry.customers) },
    { key: "settled", title: t("ledger.settled"), numeric: true, render: (entry) => (entry.settled_on ? format.day(entry.settled_on) : "–") },
    { key: "version", title: t("ledger.version"), numeric: true, render: (entry) => entry.version },
  ];
  return (
    <Panel title={t("ledger.title")} flush>
      {ledger.error ? (
        <div className="panel__body">
          <ProblemView error={ledger.error} onRetry={() => void ledger.refetch()} />
        </div>
      ) : (
        <DataTable
          name={t("ledger.title")}
          columns={columns}
          rows={rows}
          keyOf={(entry) => entry.id}
          nameOf={(entry) => entry.as_of}
          loading={ledger.isPending}
          hasMore={ledger.hasNextPage}
          onMore={() => void ledger.fetchNextPage()}
          empty={<p className="panel__body soft">{t("ledger.empty")}</p>}
        />
      )}
    </Panel>
  );
}
