import { useQuery } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Problem } from "../api/problem";
import { useMay } from "../api/session";
import { segmentVariable } from "../charts/colours";
import { ChartFrame } from "../charts/ChartFrame";
import { comparison } from "../charts/comparison";
import { useChartContext } from "../charts/context";
import { rfmMap } from "../charts/grid";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { Panel } from "../design/Panel";
import { DataTable } from "../design/table/DataTable";
import { microsForDrawing } from "../i18n/format";
import { useFormat } from "../i18n/useFormat";
import { customersWith } from "../shell/links";
import { StartHere } from "../shell/StartHere";
import { Groups } from "./Groups";
import { useSegmentName } from "./names";
import { overviewQuery, ownQuery } from "./queries";
import type { SegmentsOverview } from "./types";
import "./segments.css";

/** Who the customers are, and what each kind is worth doing. */
export default function SegmentsPage() {
  const { t } = useTranslation("segments");
  const format = useFormat();
  const mayWrite = useMay("segment");
  const query = useQuery(overviewQuery);
  const data = query.data;
  const nothing = query.error instanceof Problem && query.error.body.code === "segments_nothing_there";
  const { headline } = data ?? {};
  return (
    <AnswerPage
      title={t("title")}
      loading={query.isPending}
      error={nothing ? null : query.error}
      onRetry={() => void query.refetch()}
      actions={
        mayWrite && (
          <ButtonLink icon="plus" to="/segments/new">
            {t("new")}
          </ButtonLink>
        )
      }
      answer={headline && <Trans ns="segments" i18nKey="answer" count={headline.customers} values={{ customers: format.number(headline.customers), share: format.percent(headline.spend_share), of: format.number(headline.of_customers) }} components={{ b: <b /> }} />}
      note={data && t("asOf", { day: format.day(data.as_of) })}
      empty={
        nothing && (
          <StartHere icon="segments" title={t("empty.title")}>
            {t("empty.text")}
          </StartHere>
        )
      }
    >
      {data && <Pictures data={data} />}
      {data && <Named data={data} />}
      {data && <Groups data={data} />}
      {data && <Afterwards data={data} />}
      {data && <Own />}
    </AnswerPage>
  );
}

function Pictures({ data }: { data: SegmentsOverview }) {
  const { t } = useTranslation("segments");
  const context = useChartContext();
  const { format } = context;
  const go = useNavigate();
  const nameOf = useSegmentName();
  const largest = Math.max(0.0001, ...data.segments.map((each) => each.spend_share));
  const cells = data.map.map((cell) => ({ key: `${cell.segment}:${cell.recency}${cell.frequency_money}`, recency: cell.recency, frequency: cell.frequency_money, segment: nameOf(cell.segment), customers: cell.customers, spendShare: cell.spend_share }));
  return (
    <div className="segments-top">
      <ChartFrame title={t("picture")} note={t("pictureNote")} file="rfm" onSelect={(key) => void go(customersWith({ segment: [key.split(":")[0]] }))} drawing={rfmMap(cells.filter((cell) => cell.customers > 0), context)} />
      <Panel title={t("shares")}>
        <ul className="shares">
          {data.segments
            .filter((each) => each.customers > 0)
            .map((each) => (
              <li key={each.code}>
                <Link className="quiet-link" to={customersWith(each.filter)}>
                  <span className="row row--apart">
                    <span>{each.name}</span>
                    <span className="number soft">{t("shareLine", { count: each.customers, customers: format.number(each.customers), share: format.percent(each.spend_share, each.spend_share < 0.01 ? 1 : 0) })}</span>
                  </span>
                  <span className="share-bar" style={{ width: `${Math.max(0.5, (100 * each.spend_share) / largest)}%`, background: segmentVariable(each.code) }} />
                </Link>
              </li>
            ))}
        </ul>
      </Panel>
    </div>
  );
}

function Named({ data }: { data: SegmentsOverview }) {
  const { t } = useTranslation("segments");
  const format = useFormat();
  return (
    <Panel title={t("all")} flush>
      <DataTable
        name={t("all")}
        rows={data.segments}
        keyOf={(row) => row.code}
        nameOf={(row) => row.name}
        columns={[
          {
            key: "name",
            title: t("fields.name"),
            main: true,
            render: (row) => (
              <span className="segment-name">
                <span className="swatch" style={{ background: segmentVariable(row.code) }} />
                <Link className="table-name" to={customersWith(row.filter)}>
                  {row.name}
                </Link>
              </span>
            ),
          },
          { key: "customers", title: t("fields.customers"), numeric: true, render: (row) => format.number(row.customers) },
          { key: "share", title: t("fields.share"), numeric: true, render: (row) => format.percent(row.spend_share, 1) },
          { key: "spend", title: t("fields.spend"), numeric: true, render: (row) => format.money(row.spend_micros, { compact: true }) },
          { key: "means", title: t("fields.means"), render: (row) => <span className="segment-words">{format.spaced(row.means)}</span> },
          { key: "advice", title: t("fields.advice"), render: (row) => <span className="segment-words">{format.spaced(row.advice)}</span> },
        ]}
      />
    </Panel>
  );
}

/** Whether the names held: what each segment, made earlier, spent from then on. */
function Afterwards({ data }: { data: SegmentsOverview }) {
  const { t } = useTranslation("segments");
  const context = useChartContext();
  const { format } = context;
  const { afterwards } = data;
  if (!afterwards || afterwards.items.length === 0) return null;
  const money = (micros: number) => format.money(micros, { compact: true });
  const rows = afterwards.items.map((each) => ({
    key: each.segment,
    name: each.name,
    role: "other" as const,
    value: microsForDrawing(each.mean_spend_micros),
    low: microsForDrawing(each.mean_low_micros),
    high: microsForDrawing(each.mean_high_micros),
    short: money(each.mean_spend_micros),
    text: `${money(each.mean_spend_micros)} (${money(each.mean_low_micros)}–${money(each.mean_high_micros)}) · ${t("bought", { share: format.percent(each.buying_share) })}`,
  }));
  return <ChartFrame title={t("afterwards.title")} note={t("afterwards.note", { from: format.day(afterwards.made_on), to: format.day(afterwards.until) })} file="afterwards" drawing={comparison(rows, (value) => format.money(Math.round(value * 1e6), { compact: true }), t("afterwards.mean"), context, t("fields.name"))} />;
}

function Own() {
  const { t } = useTranslation("segments");
  const format = useFormat();
  const query = useQuery(ownQuery);
  const rows = query.data?.items ?? [];
  return (
    <Panel
      title={t("own.title")}
      flush
      actions={
        <ButtonLink icon="plus" to="/segments/new">
          {t("new")}
        </ButtonLink>
      }
    >
      <DataTable
        name={t("own.title")}
        rows={rows}
        loading={query.isPending}
        keyOf={(row) => String(row.id)}
        nameOf={(row) => row.name}
        empty={<p className="panel__body soft">{t("own.none")}</p>}
        columns={[
          {
            key: "name",
            title: t("fields.name"),
            main: true,
            render: (row) => (
              <Link className="table-name" to={`/segments/${row.id}`}>
                {row.name}
              </Link>
            ),
          },
          { key: "owner", title: t("own.owner"), render: (row) => row.owner?.name ?? <span className="faint">–</span> },
          { key: "shared", title: t("own.seenBy"), render: (row) => (row.is_shared ? t("shared") : t("private")) },
          { key: "changed", title: t("own.changed"), render: (row) => format.instant(row.updated_at) },
        ]}
      />
    </Panel>
  );
}
