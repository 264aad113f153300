import { useTranslation } from "react-i18next";
import { BASE } from "../api/client";
import type { Job } from "../api/types";
import { Popover } from "../design/Popover";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { useJobs } from "./live";

const isActive = (job: Job) => job.state === "running" || job.state === "queued";

/** What is being worked on, how far it is, and what came of the last ones. */
export function JobsIndicator() {
  const { t } = useTranslation("shell");
  const jobs = useJobs();
  const running = jobs.filter(isActive);
  if (jobs.length === 0) return null;
  const current = running[0];
  const label = current ? t("jobs.running", { count: running.length }) : t("jobs.idle");
  return (
    <Popover
      kind="text"
      align="end"
      name={current ? `${shareOf(current)} ${label}` : label}
      className="jobs"
      label={
        <>
          <span className={`jobs__dot ${current ? "jobs__dot--on" : ""}`} />
          {current && <span className="jobs__share">{shareOf(current)}</span>}
        </>
      }
    >
      {() => (
        <ul className="jobs__list">
          {jobs.slice(0, 6).map((job) => (
            <li key={job.id}>
              <JobLine job={job} />
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}

function shareOf(job: Job): string {
  return job.progress_total > 0 ? `${Math.min(100, Math.floor((100 * job.progress_done) / job.progress_total))}%` : "…";
}

export function JobLine({ job }: { job: Job }) {
  const { t } = useTranslation("shell");
  const format = useFormat();
  const kind = t(`jobs.kinds.${job.kind}` as "jobs.kinds.refresh", { defaultValue: job.kind });
  const stage = job.stage && t(`jobs.stages.${job.stage}` as "jobs.stages.lake", { defaultValue: "" });
  const known = job.progress_total > 0;
  const progress = known && t("jobs.progress", { done: format.number(job.progress_done), total: format.number(job.progress_total) });
  return (
    <div className="stack stack--tight">
      <span className="row row--apart">
        <strong>{kind}</strong>
        <span className={`tag ${job.state === "failed" ? "tag--attention" : ""}`}>{isActive(job) && job.cancel_requested ? t("jobs.cancelling") : t(`jobs.states.${job.state}`)}</span>
      </span>
      {isActive(job) && (
        <>
          <div className="progress" role="progressbar" aria-label={kind} aria-valuenow={known ? parseInt(shareOf(job), 10) : undefined} aria-valuemin={0} aria-valuemax={100}>
            <div className="progress__bar" style={{ width: known ? shareOf(job) : 0 }} />
          </div>
          <span className="small faint">{[stage, progress].filter(Boolean).join(" · ")}</span>
        </>
      )}
      {job.finished_at && job.state !== "failed" && <span className="small faint">{format.instant(job.finished_at)}</span>}
      {job.kind === "customers_export" && job.state === "done" && (
        <a className="small" href={`${BASE}/customers/exports/${job.id}`} download>
          {t("jobs.download")}
        </a>
      )}
      {job.reason && <ProblemView body={job.reason} />}
    </div>
  );
}
