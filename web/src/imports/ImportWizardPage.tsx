import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { AnswerPage } from "../design/AnswerPage";
import { useFormat, type Format } from "../i18n/useFormat";
import { CheckStep } from "./CheckStep";
import { MatchStep } from "./MatchStep";
import { waits } from "./meanings";
import { importKey, useImport } from "./queries";
import { ReportStep } from "./ReportStep";
import type { ImportDetail, ImportState } from "./types";
import { UnreadableStep } from "./UnreadableStep";
import { UploadStep } from "./UploadStep";
import { ValuesStep } from "./ValuesStep";
import { WorkingStep } from "./WorkingStep";
import "./imports.css";

const STEPS = ["upload", "match", "values", "check", "report"] as const;
type Step = (typeof STEPS)[number];

const stepOf: Record<ImportState, Step> = {
  matching: "match",
  failed: "match",
  checking: "check",
  checked: "check",
  storing: "report",
  stored: "report",
  undoing: "report",
  undone: "report",
};

/** Upload → columns matched → words given a meaning, where some are unknown → dry run → decision → storing → report and
 * undo. The state lives on the server. */
export default function ImportWizardPage() {
  const { id } = useParams();
  const { t } = useTranslation("imports");
  const format = useFormat();
  const go = useNavigate();
  const queries = useQueryClient();
  const query = useImport(id);
  const data = id ? query.data : undefined;
  const [revising, setRevising] = useState(false);
  const asks = data !== undefined && (waits(data) || (revising && data.state === "checked"));
  const step = asks ? "values" : data ? (data.is_readable ? stepOf[data.state] : "upload") : "upload";
  const settled = data && !["checking", "storing", "undoing"].includes(data.state) ? data.state : null;
  const before = useRef(settled);
  // What was stored or undone changes every other page.
  useEffect(() => {
    if (settled && before.current !== settled && (settled === "stored" || settled === "undone")) void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
    before.current = settled;
  }, [settled, queries]);
  const show = (next: ImportDetail) => {
    queries.setQueryData(importKey(next.id), next);
    void queries.invalidateQueries({ queryKey: ["imports", "list"] });
    void queries.invalidateQueries({ queryKey: ["jobs"] });
    if (String(next.id) !== id) void go(`/imports/${next.id}`, { replace: true });
  };
  return (
    <AnswerPage
      title={data?.name ?? t("new")}
      loading={Boolean(id) && query.isPending}
      error={data ? null : query.error}
      onRetry={() => void query.refetch()}
      answer={<Lead data={data} asks={asks} />}
      note={data?.is_readable && t("found", { rows: format.number(data.profile.row_count), columns: format.number(data.profile.columns.length), format: formatOf(data), size: sizeOf(data, format) })}
    >
      <Steps current={step} withValues={asks || (data?.values.length ?? 0) > 0} />
      {!id && <UploadStep onUploaded={show} />}
      {data && !data.is_readable && <UnreadableStep data={data} />}
      {data && step === "match" && <MatchStep data={data} onNext={show} />}
      {data && (data.state === "checking" || data.state === "storing" || data.state === "undoing") && <WorkingStep data={data} />}
      {data && asks && <ValuesStep data={data} onNext={show} onClose={revising ? () => setRevising(false) : undefined} />}
      {data?.state === "checked" && !asks && <CheckStep data={data} onNext={show} onRevise={data.values.length > 0 ? () => setRevising(true) : undefined} />}
      {data && (data.state === "stored" || data.state === "undone") && <ReportStep data={data} />}
    </AnswerPage>
  );
}

function sizeOf({ profile }: ImportDetail, format: Format): string {
  const kilobytes = profile.size_bytes / 1024;
  return kilobytes < 1024 ? `${format.number(kilobytes)} KB` : `${format.number(kilobytes / 1024)} MB`;
}

function formatOf({ profile }: ImportDetail): string {
  return [profile.format.toUpperCase(), profile.encoding?.toUpperCase(), profile.compression].filter(Boolean).join(" · ");
}

/** The sentence of the step: what is asked of the reader, or what came of it. */
function Lead({ data, asks }: { data: ImportDetail | undefined; asks: boolean }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  if (!data) return <>{t("lead.upload")}</>;
  const { counts, mapping } = data;
  const number = (value: number | undefined) => ({ count: value ?? 0, formatted: format.number(value ?? 0) });
  if (!data.is_readable) return <>{t("lead.unreadable")}</>;
  if (asks) return <>{t("lead.values", number(data.values.reduce((sum, { words, more }) => sum + words.length + more, 0)))}</>;
  if (data.state === "failed") return <>{t("lead.failed")}</>;
  if (data.state === "matching") return <>{t(mapping.missing.length > 0 ? "lead.matchMissing" : "lead.match", number(Object.keys(mapping.fields).length))}</>;
  if (data.state === "checked") return <>{t((counts.rejected ?? 0) > 0 ? "lead.checkRejects" : "lead.check", { ...number(counts.accepted), rejected: format.number(counts.rejected ?? 0) })}</>;
  if (data.state === "stored") return <>{t("lead.stored", { ...number(counts.stored), day: data.last_on ? format.day(data.last_on) : "" })}</>;
  return <>{t(`lead.${data.state}`)}</>;
}

function Steps({ current, withValues }: { current: Step; withValues: boolean }) {
  const { t } = useTranslation("imports");
  const steps = STEPS.filter((step) => step !== "values" || withValues);
  return (
    <ol className="steps" aria-label={t("stepsLabel")}>
      {steps.map((step, index) => (
        <li key={step} aria-current={step === current ? "step" : undefined} className={steps.indexOf(current) > index ? "steps__done" : undefined}>
          <span className="steps__number">{index + 1}</span>
          {t(`wizard.${step}`)}
        </li>
      ))}
    </ol>
  );
}
