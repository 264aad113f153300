import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { api } from "../api/client";
import { AnswerPage } from "../design/AnswerPage";
import { useFormat } from "../i18n/useFormat";
import { ConfirmStep } from "./ConfirmStep";
import { MatchStep } from "./MatchStep";
import { ReportStep } from "./ReportStep";
import type { ImportDetail, ImportState } from "./types";
import { UploadStep } from "./UploadStep";
import "./imports.css";

const STEPS = ["upload", "match", "check", "report"] as const;
type Step = (typeof STEPS)[number];

const stepOf: Record<ImportState, Step> = {
  uploaded: "match",
  mapped: "match",
  checked: "check",
  running: "report",
  done: "report",
  failed: "report",
  cancelled: "report",
  undoing: "report",
  undone: "report",
};

/** Upload → columns matched → dry run and errors → confirm → progress → report and undo. The state lives on the server. */
export default function ImportWizardPage() {
  const { id } = useParams();
  const { t } = useTranslation("imports");
  const format = useFormat();
  const go = useNavigate();
  const queries = useQueryClient();
  const key = ["imports", "one", id];
  const query = useQuery({
    queryKey: key,
    enabled: Boolean(id),
    queryFn: ({ signal }) => api.get<ImportDetail>(`/imports/${encodeURIComponent(id ?? "")}`, {}, signal),
    refetchInterval: ({ state }) => (state.data?.state === "running" || state.data?.state === "undoing" ? 2000 : false),
  });
  const show = (next: ImportDetail) => {
    queries.setQueryData(["imports", "one", next.id], next);
    if (next.id !== id) void go(`/imports/${next.id}`, { replace: true });
    void queries.invalidateQueries({ queryKey: ["jobs"] });
  };
  const back = useMutation({ mutationFn: () => api.post<ImportDetail>(`/imports/${id}/reopen`), onSuccess: show });
  const data = id ? query.data : undefined;
  const step = data ? stepOf[data.state] : "upload";
  return (
    <AnswerPage
      title={data?.name ?? t("new")}
      loading={Boolean(id) && query.isPending}
      error={query.error}
      onRetry={() => void query.refetch()}
      answer={data && step !== "upload" ? t(`lead.${step}`) : t("lead.upload")}
      note={data && t("found", { encoding: data.found.encoding, size: format.number(data.size_bytes / 1024 / 1024, { maximumFractionDigits: 1 }) })}
    >
      <Steps current={step} />
      {step === "upload" && <UploadStep onUploaded={show} />}
      {data && step === "match" && <MatchStep data={data} onNext={show} />}
      {data && step === "check" && <ConfirmStep data={data} onNext={show} onBack={() => back.mutate()} />}
      {data && step === "report" && <ReportStep data={data} onNext={show} />}
    </AnswerPage>
  );
}

function Steps({ current }: { current: Step }) {
  const { t } = useTranslation("imports");
  return (
    <ol className="steps" aria-label={t("stepsLabel")}>
      {STEPS.map((step, index) => (
        <li key={step} aria-current={step === current ? "step" : undefined} className={STEPS.indexOf(current) > index ? "steps__done" : undefined}>
          <span className="steps__number">{index + 1}</span>
          {t(`wizard.${step}`)}
        </li>
      ))}
    </ol>
  );
}
