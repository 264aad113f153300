import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { JobProgress } from "./JobProgress";
import { importKey } from "./queries";
import type { ImportDetail } from "./types";

/** While a dry run, the storing or the undoing is under way; it goes on when the page is left. */
export function WorkingStep({ data }: { data: ImportDetail }) {
  const { t } = useTranslation("imports");
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => answer(client.POST("/imports/{import_id}/cancel", { params: { path: { import_id: data.id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: importKey(data.id) }),
  });
  return (
    <Panel title={t(`states.${data.state}`)}>
      <div className="stack">
        <JobProgress jobId={data.job_id} name={data.name} />
        <div className="row row--apart">
          <span className="soft">{t("mayLeave")}</span>
          {data.state !== "undoing" && (
            <Button disabled={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate()}>
              {cancel.isSuccess ? t("cancelling") : t("cancel")}
            </Button>
          )}
        </div>
        {cancel.error && <ProblemView error={cancel.error} />}
      </div>
    </Panel>
  );
}
