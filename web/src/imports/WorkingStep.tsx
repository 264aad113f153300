import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { JobProgress } from "./JobProgress";
import { importKey, useJob } from "./queries";
import type { ImportDetail } from "./types";

/** While a dry run, the storing or the undoing is under way; it goes on when the page is left. Where it broke, the page
 * says why and leads out: what was stored so far is taken back, and an undo goes on. */
export function WorkingStep({ data }: { data: ImportDetail }) {
  const { t } = useTranslation("imports");
  const queries = useQueryClient();
  const job = useJob(data.job_id).data;
  const broke = job?.state === "failed";
  const undoing = data.state === "undoing";
  const leave = useMutation({
    mutationFn: () => {
      const params = { path: { import_id: data.id } };
      return answer(undoing ? client.POST("/imports/{import_id}/undo", { params }) : client.POST("/imports/{import_id}/cancel", { params }));
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: importKey(data.id) });
      void queries.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
  const stopping = leave.isPending || (leave.isSuccess && !broke);
  return (
    <Panel title={t(`states.${data.state}`)}>
      <div className="stack">
        {broke ? job.reason && <ProblemView body={job.reason} /> : <JobProgress jobId={data.job_id} name={data.name} />}
        <div className="row row--apart">
          <span className="soft">{t(broke ? `broke.${undoing ? "undoing" : "taken"}` : "mayLeave")}</span>
          {(broke || !undoing) && (
            <Button disabled={stopping} onClick={() => leave.mutate()}>
              {broke ? t(undoing ? "broke.goOn" : "broke.takeBack") : t(stopping ? "cancelling" : "cancel")}
            </Button>
          )}
        </div>
        {leave.error && <ProblemView error={leave.error} />}
      </div>
    </Panel>
  );
}
