import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { api } from "../api/client";
import { useMay } from "../api/session";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { distribution } from "../charts/curves";
import { AnswerPage } from "../design/AnswerPage";
import { Button } from "../design/Button";
import { Facts, Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { BackTestChart } from "./BackTestChart";
import { Ledger } from "./PredictionsPage";
import { StateTag } from "./StateTag";
import type { BackTest, PredictionDetail } from "./types";

export default function PredictionPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("predictions");
  const context = useChartContext();
  const { format } = context;
  const query = useQuery({ queryKey: ["predictions", "one", id], queryFn: ({ signal }) => api.get<PredictionDetail>(`/predictions/${encodeURIComponent(id)}`, {}, signal) });
  const data = query.data;
  return (
    <AnswerPage
      title={data ? t("kind", { days: format.number(data.horizon_days) }) : t("title")}
      loading={query.isPending}
      error={query.error}
      onRetry={() => void query.refetch()}
      answer={
        data &&
        (data.total_micros !== null && data.customers !== null ? (
          <Trans ns="predictions" i18nKey="detailAnswer" values={{ total: format.money(data.total_micros, { whole: true }), customers: format.number(data.customers), days: format.number(data.horizon_days) }} components={{ b: <b /> }} />
        ) : (
          format.spaced(data.reason.text)
        ))
      }
      note={
        data && (
          <span className="row">
            <StateTag state={data.state} />
            {data.total_micros !== null && <span>{format.spaced(data.reason.text)}</span>}
          </span>
        )
      }
    >
      {data && <Body data={data} />}
    </AnswerPage>
  );
}

function Body({ data }: { data: PredictionDetail }) {
  const { t } = useTranslation("predictions");
  const context = useChartContext();
  const { format } = context;
  const go = useNavigate();
  const test = data.back_test;
  return (
    <>
      {test && <BackTestChart test={test} onSelect={(decile) => void go(`/customers?decile=${decile}`)} />}
      <div className="two-up">
        <ChartFrame
          title={t("distribution.title")}
          note={t("distribution.note")}
          file="distribution"
          onSelect={(key) => void go(`/segments/new?value_band=${key}`)}
          drawing={distribution(
            data.distribution.map((bin) => ({
              key: bin.key,
              count: bin.customers,
              name: bin.high_micros === null ? `≥${format.money(bin.low_micros, { compact: true })}` : `${format.money(bin.low_micros, { compact: true })}–${format.money(bin.high_micros, { compact: true })}`,
            })),
            t("distribution.axis"),
            context,
          )}
        />
        <Panel title={t("gates.title")}>
          <ul className="stack">
            {data.gates.map((gate) => (
              <li key={gate.gate} className="stack stack--tight">
                <span className="row row--apart">
                  <strong>{t(`gates.${gate.gate}`)}</strong>
                  <span className={`tag ${gate.passed ? "tag--gain" : "tag--attention"}`}>{gate.passed ? t("gates.passed") : t("gates.failed")}</span>
                </span>
                <span className="soft">{format.spaced(gate.reason.text)}</span>
              </li>
            ))}
            {data.notices.map((notice) => (
              <li key={notice.code} className="soft">
                {format.spaced(notice.text)}
              </li>
            ))}
          </ul>
        </Panel>
      </div>
      <Facts
        items={[
          { label: t("data.customers"), value: format.number(data.data_used.customers) },
          { label: t("data.orders"), value: format.number(data.data_used.orders) },
          { label: t("data.period"), value: `${format.day(data.data_used.from, "month")} – ${format.day(data.data_used.to, "month")}`, note: data.data_used.history ? t("data.history") : undefined },
          { label: t("data.origins"), value: test ? format.number(test.effective_origins) : "–", note: t("data.originsNote") },
        ]}
      />
      {test && <Origins origins={test.origins} />}
      <Versions data={data} />
      <Ledger predictionId={data.id} />
    </>
  );
}

function Origins({ origins }: { origins: BackTest["origins"] }) {
  const { t } = useTranslation("predictions");
  const { format } = useChartContext();
  const share = (value: number) => format.percent(value, 1);
  return (
    <Panel title={t("origins.title")} flush>
      <DataTable
        name={t("origins.title")}
        rows={origins}
        keyOf={(origin) => origin.as_of}
        nameOf={(origin) => origin.as_of}
        columns={[
          { key: "as_of", title: t("origins.asOf"), main: true, render: (origin) => format.day(origin.as_of) },
          { key: "top", title: t("origins.top"), numeric: true, render: (origin) => share(origin.top_fifth_model) },
          { key: "topRule", title: t("origins.topRule"), numeric: true, render: (origin) => share(origin.top_fifth_rule) },
          { key: "gini", title: t("origins.gini"), numeric: true, render: (origin) => format.number(origin.gini_model, { maximumFractionDigits: 3 }) },
          { key: "giniRule", title: t("origins.giniRule"), numeric: true, render: (origin) => format.number(origin.gini_rule, { maximumFractionDigits: 3 }) },
          { key: "ratio", title: t("origins.ratio"), numeric: true, render: (origin) => format.percent(origin.total_ratio) },
        ]}
      />
    </Panel>
  );
}

function Versions({ data }: { data: PredictionDetail }) {
  const { t } = useTranslation("predictions");
  const { format } = useChartContext();
  const mayManage = useMay("manage");
  const queries = useQueryClient();
  const revert = useMutation({
    mutationFn: (version: number) => api.post(`/predictions/${data.id}/revert`, { version }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["predictions"] }),
  });
  return (
    <Panel title={t("versions.title")} flush>
      <DataTable
        name={t("versions.title")}
        rows={data.versions}
        keyOf={(version) => String(version.version)}
        nameOf={(version) => String(version.version)}
        columns={[
          { key: "version", title: t("versions.version"), main: true, render: (version) => `v${version.version}` },
          { key: "made", title: t("versions.made"), render: (version) => format.instant(version.created_at) },
          { key: "model", title: t("fields.model"), render: (version) => version.model_name },
          { key: "state", title: t("fields.state"), render: (version) => <StateTag state={version.state} /> },
          {
            key: "use",
            title: t("versions.use"),
            render: (version) =>
              version.current ? (
                <span className="tag tag--accent">{t("versions.current")}</span>
              ) : (
                mayManage && (
                  <Button icon="undo" disabled={revert.isPending} onClick={() => revert.mutate(version.version)}>
                    {t("versions.revert", { version: version.version })}
                  </Button>
                )
              ),
          },
        ]}
      />
      {revert.error && <ProblemView error={revert.error} />}
    </Panel>
  );
}
