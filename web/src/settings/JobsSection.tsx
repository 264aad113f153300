import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { useMay, useMayAll } from "../api/session";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { JobLine } from "../shell/JobsIndicator";
import { useList } from "./useList";

const CANCELLABLE = ["queued", "running", "waiting"];

export default function JobsSection() {
  const { t } = useTranslation("settings");
  const mayAct = useMayAll("job");
  const jobs = useList(["jobs"], (after, signal) => answer(client.GET("/company/jobs", { params: { query: { after } }, signal })));
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: ({ id, action }: { id: number; action: "cancel" | "retry" }) => {
      const params = { path: { job_id: id } };
      return action === "cancel" ? answer(client.POST("/company/jobs/{job_id}/cancel", { params })) : answer(client.POST("/company/jobs/{job_id}/retry", { params }));
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["settings", "jobs"] });
      void queries.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
  const error = jobs.error ?? act.error;
  return (
    <Panel title={t("sections.jobs.name")} actions={<Refresh />}>
      {error && <ProblemView error={error} onRetry={jobs.retry} />}
      {!jobs.table.loading && jobs.rows.length === 0 && <p className="soft">{t("jobs.empty")}</p>}
      <ul className="stack jobs-list">
        {jobs.rows.map((job) => (
          <li key={job.id} className="stack stack--tight">
            <JobLine job={job} />
            {mayAct && (
              <div className="row">
                {job.state === "failed" && <Button onClick={() => act.mutate({ id: job.id, action: "retry" })}>{t("jobs.replay")}</Button>}
                {CANCELLABLE.includes(job.state) && !job.cancel_requested && <Button onClick={() => act.mutate({ id: job.id, action: "cancel" })}>{t("jobs.cancel")}</Button>}
              </div>
            )}
          </li>
        ))}
      </ul>
      {jobs.table.hasMore && (
        <Button kind="text" disabled={jobs.table.loadingMore} onClick={jobs.table.onMore}>
          {t("jobs.more")}
        </Button>
      )}
    </Panel>
  );
}

/** Scores, segments and lists are brought up to the last day that the data covers. */
function Refresh() {
  const { t } = useTranslation("settings");
  const may = useMay("prediction");
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () => answer(client.POST("/refresh", { body: {} })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["settings", "jobs"] });
      void queries.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
  if (!may) return null;
  return (
    <>
      {start.error && <ProblemView error={start.error} />}
      <Button icon="refresh" disabled={start.isPending} onClick={() => start.mutate()}>
        {t("jobs.refresh")}
      </Button>
    </>
  );
}
