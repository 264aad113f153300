import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import type { Job } from "../api/types";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { JobLine } from "../shell/JobsIndicator";
import { useList } from "./useList";

export default function JobsSection() {
  const { t } = useTranslation("settings");
  const jobs = useList<Job>("/jobs", { all: true });
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: ({ id, action }: { id: string; action: "replay" | "cancel" }) => api.post(`/jobs/${id}/${action}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["settings", "/jobs"] }),
  });
  return (
    <Panel title={t("sections.jobs.name")}>
      {(jobs.error ?? act.error) ? (
        <ProblemView error={jobs.error ?? act.error} onRetry={jobs.retry} />
      ) : (
        <ul className="stack jobs-list">
          {jobs.rows.map((job) => (
            <li key={job.id} className="stack stack--tight">
              <JobLine job={job} />
              <div className="row">
                {job.state === "failed" && <Button onClick={() => act.mutate({ id: job.id, action: "replay" })}>{t("jobs.replay")}</Button>}
                {job.cancellable && <Button onClick={() => act.mutate({ id: job.id, action: "cancel" })}>{t("jobs.cancel")}</Button>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
