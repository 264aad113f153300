import { useTranslation } from "react-i18next";
import { useFormat } from "../i18n/useFormat";
import type { Job } from "../api/types";
import { Popover } from "../design/Popover";
import { ProblemView } from "../design/ProblemView";
import { useJobs } from "./live";

/** What is being worked on, how far it is, and what came of the last ones. */
export function JobsIndicator() {
  const { t } = useTranslation("shell");
  const jobs = useJobs();
  const running = jobs.filter((job) => job.state === "running" || job.state === "queued");
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
  return job.total ? `${Math.floor((100 * job.done) / job.total)}%` : "…";
}

export function JobLine({ job }: { job: Job }) {
  const { t } = useTranslation("shell");
  const format = useFormat();
  const active = job.state === "running" || job.state === "queued";
  return (
    <div className="stack stack--tight">
      <span className="row row--apart">
        <strong>
          {t(`jobs.kinds.${job.kind}`)} {job.subject}
        </strong>
        <span className={`tag ${job.state === "failed" ? "tag--attention" : ""}`}>{t(`jobs.states.${job.state}`)}</span>
      </span>
      {active && (
        <div className="progress" role="progressbar" aria-label={`${t(`jobs.kinds.${job.kind}`)} ${job.subject}`} aria-valuenow={job.total ? Math.floor((100 * job.done) / job.total) : undefined} aria-valuemin={0} aria-valuemax={100}>
          <div className="progress__bar" style={{ width: shareOf(job) }} />
        </div>
      )}
      {active && (
        <span className="small faint">
          {t(`jobs.units.${job.unit}`, { done: format.number(job.done), total: job.total === null ? "…" : format.number(job.total) })}
        </span>
      )}
      {job.problem && <ProblemView body={job.problem} />}
    </div>
  );
}
