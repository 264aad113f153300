import { useQuery } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api } from "../api/client";
import { segmentVariable } from "../charts/colours";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { rfmMap } from "../charts/grid";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { Panel } from "../design/Panel";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { useSegmentName } from "./names";
import type { SegmentItem, SegmentsOverview } from "./types";
import "./segments.css";

export default function SegmentsPage() {
  const { t } = useTranslation("segments");
  const context = useChartContext();
  const { format } = context;
  const go = useNavigate();
  const nameOf = useSegmentName();
  const query = useQuery({ queryKey: ["segments", "overview"], queryFn: ({ signal }) => api.get<SegmentsOverview>("/segments", {}, signal) });
  const data = query.data;
  const columns = useColumns();
  return (
    <AnswerPage
      title={t("title")}
      loading={query.isPending}
      error={query.error}
      onRetry={() => void query.refetch()}
      actions={
        <ButtonLink icon="plus" to="/segments/new">
          {t("new")}
        </ButtonLink>
      }
      answer={
        data?.headline && (
          <Trans ns="segments" i18nKey="answer" values={{ customers: format.number(data.headline.customers), share: format.percent(data.headline.spend_share), of: format.number(data.headline.of_customers) }} components={{ b: <b /> }} />
        )
      }
      note={data && t("asOf", { day: format.day(data.as_of) })}
      empty={
        data && !data.headline && (
          <EmptyState
            icon="segments"
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
      {data && (
        <div className="segments-top">
          <ChartFrame
            title={t("picture")}
            note={t("pictureNote")}
            file="rfm"
            onSelect={(key) => void go(`/customers?rfm=${key}`)}
            drawing={rfmMap(
              data.rfm.map((cell) => ({ key: `${cell.recency}${cell.frequency}`, recency: cell.recency, frequency: cell.frequency, segment: nameOf(cell.code), customers: cell.customers, spendShare: cell.spend_share })),
              context,
            )}
          />
          <Panel title={t("shares")}>
            <ul className="shares">
              {data.segments
                .filter((segment) => segment.kind !== "rule")
                .map((segment) => (
                  <li key={segment.id}>
                    <Link to={`/segments/${segment.id}`} className="quiet-link">
                      <span className="row row--apart">
                        <span>{segment.name ?? nameOf(segment.code)}</span>
                        <span className="soft">
                          {t("shareLine", { count: segment.customers, customers: format.number(segment.customers), share: format.percent(segment.spend_share, 1) })}
                        </span>
                      </span>
                      <span className="share-bar" style={{ width: `${Math.max(0.6, segment.spend_share * 100)}%`, background: segmentVariable(segment.code) }} />
                    </Link>
                  </li>
                ))}
            </ul>
            {data.verdict && <p className="soft small verdict">{format.spaced(data.verdict.reason.text)}</p>}
          </Panel>
        </div>
      )}
      {data && (
        <Panel title={t("all")} flush>
          <DataTable name={t("all")} columns={columns} rows={data.segments} keyOf={(segment) => segment.id} nameOf={(segment) => segment.name ?? nameOf(segment.code)} />
        </Panel>
      )}
    </AnswerPage>
  );
}

function useColumns(): Column<SegmentItem>[] {
  const { t } = useTranslation("segments");
  const format = useFormat();
  const nameOf = useSegmentName();
  return [
    {
      key: "name",
      title: t("fields.name"),
      main: true,
      render: (segment) => (
        <span className="row">
          <span className="swatch" style={{ background: segmentVariable(segment.code) }} />
          <Link className="table-name" to={`/segments/${segment.id}`}>
            {segment.name ?? nameOf(segment.code)}
          </Link>
        </span>
      ),
    },
    { key: "customers", title: t("fields.customers"), numeric: true, render: (segment) => format.number(segment.customers) },
    { key: "kind", title: t("fields.kind"), render: (segment) => t(`kinds.${segment.kind}`) },
    { key: "share", title: t("fields.share"), numeric: true, render: (segment) => format.percent(segment.spend_share, 1) },
    { key: "spend", title: t("fields.spend"), numeric: true, render: (segment) => format.money(segment.spend_micros, { whole: true }) },
    { key: "after", title: t("fields.after"), numeric: true, render: (segment) => (segment.spend_afterwards_micros === null ? "–" : format.money(segment.spend_afterwards_micros)) },
    { key: "traits", title: t("fields.traits"), render: (segment) => format.spaced(segment.traits.map((trait) => trait.text).join(" · ")) || "–" },
  ];
}
