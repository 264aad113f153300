import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { useMay } from "../api/session";
import { Segmented } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { JobProgress } from "./JobProgress";
import { isActive, useIdenticalLines, useJob } from "./queries";

/** Lines that say the same as another of their order: as often as they came, or once; what that makes in money. */
export function IdenticalLines() {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const mayImport = useMay("import");
  const queries = useQueryClient();
  const [jobId, setJobId] = useState<number | null>(null);
  const query = useIdenticalLines();
  const job = useJob(jobId).data;
  const turn = useMutation({
    mutationFn: (once: boolean) => answer(client.POST("/imports/identical-lines", { body: { once } })),
    onSuccess: ({ job_id }) => {
      setJobId(job_id);
      void queries.invalidateQueries({ queryKey: ["imports"] });
      void queries.invalidateQueries({ queryKey: ["jobs", "one", job_id] });
    },
  });
  const data = query.data;
  if (!data || data.lines === 0) return null;
  const effect = { count: data.lines, formatted: format.number(data.lines), money: format.money(data.amount_micros) };
  return (
    <Panel title={t("identical.title")}>
      <div className="row row--apart">
        <div className="stack stack--tight">
          <p>{t(data.counted_once ? "identical.once" : "identical.kept", effect)}</p>
          {data.guest_micros !== 0 && <p className="soft">{t("identical.guests", { count: data.guest_lines, formatted: format.number(data.guest_lines), money: format.money(data.guest_micros) })}</p>}
          <p className="soft">{t("identical.hint")}</p>
        </div>
        {mayImport && (
          <Segmented
            label={t("identical.title")}
            value={data.counted_once ? "once" : "all"}
            onChange={(value) => turn.mutate(value === "once")}
            options={[
              { value: "all", label: t("identical.all") },
              { value: "once", label: t("identical.onlyOnce") },
            ]}
          />
        )}
      </div>
      {isActive(job) && <JobProgress jobId={jobId} name={t("identical.title")} />}
      {turn.error && <ProblemView error={turn.error} />}
    </Panel>
  );
}
