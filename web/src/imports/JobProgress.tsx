import { useTranslation } from "react-i18next";
import type { Job } from "../api/types";
import { useFormat } from "../i18n/useFormat";
import { useJob } from "./queries";

const STAGES = ["reading", "cleaning", "comparing", "lake", "features", "segments", "predictions", "lists", "ledger"] as const;
type Stage = (typeof STAGES)[number];
const isStage = (stage: string): stage is Stage => (STAGES as readonly string[]).includes(stage);

/** How far a job is: a bar, the stage in words, and the share that is done. */
export function JobProgress({ jobId, name, small }: { jobId: number | null; name: string; small?: boolean }) {
  const job = useJob(jobId).data;
  return <Bar job={job} name={name} small={small} />;
}

export function Bar({ job, name, small }: { job: Job | undefined; name: string; small?: boolean }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const total = job?.progress_total ?? 0;
  const done = job?.progress_done ?? 0;
  const share = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : undefined;
  const stage = job && isStage(job.stage) ? t(`stages.${job.stage}`) : job?.state === "queued" || !job ? t("stages.waiting") : t(`stages.${job.kind === "import_undo" ? "undoing" : "storing"}`);
  // Jobs count their own steps; a share of the way says the same of all of them.
  const amount = share === undefined ? "" : format.percent(share / 100);
  return (
    <div className={`stack stack--tight ${small ? "job-small" : ""}`}>
      <div className="progress" role="progressbar" aria-label={name} aria-valuenow={share} aria-valuemin={0} aria-valuemax={100} aria-valuetext={`${stage} ${amount}`}>
        <div className="progress__bar" style={{ width: `${share ?? 4}%` }} />
      </div>
      <span className={`row row--apart ${small ? "small" : ""} soft`}>
        <span>{stage}</span>
        <span className="number">{amount}</span>
      </span>
    </div>
  );
}
