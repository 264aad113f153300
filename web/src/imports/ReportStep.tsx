import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { Button, ButtonLink } from "../design/Button";
import { Facts } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { ErrorsGrid } from "./ErrorsGrid";
import { UndoDialog } from "./ImportsPage";
import type { ImportDetail } from "./types";

export function ReportStep({ data, onNext }: { data: ImportDetail; onNext: (next: ImportDetail) => void }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const [undoing, setUndoing] = useState(false);
  const cancel = useMutation({ mutationFn: () => api.post<ImportDetail>(`/imports/${data.id}/cancel`), onSuccess: onNext });
  const active = data.state === "running" || data.state === "undoing";
  const { job, counts } = data;
  const share = job?.total ? Math.floor((100 * job.done) / job.total) : 0;
  return (
    <div className="stack">
      <p role="status">
        <span className="tag">{t(`states.${data.state}`)}</span>
      </p>
      {active && job && (
        <div className="stack stack--tight">
          <div className="progress" role="progressbar" aria-label={data.name} aria-valuenow={share} aria-valuemin={0} aria-valuemax={100}>
            <div className="progress__bar" style={{ width: `${share}%` }} />
          </div>
          <div className="row row--apart">
            <span className="soft">{t("progress", { done: format.number(job.done), total: job.total === null ? "…" : format.number(job.total) })}</span>
            {job.cancellable && (
              <Button disabled={cancel.isPending} onClick={() => cancel.mutate()}>
                {t("cancel")}
              </Button>
            )}
          </div>
        </div>
      )}
      {data.problem && <ProblemView body={data.problem} />}
      <Facts
        items={[
          { label: t("counts.received"), value: format.number(counts.received) },
          { label: t("counts.stored"), value: format.number(counts.stored) },
          { label: t("counts.redelivered"), value: format.number(counts.redelivered) },
          { label: t("counts.rejected"), value: format.number(counts.rejected) },
        ]}
      />
      {data.dry_run && <ErrorsGrid importId={data.id} problems={data.dry_run.problems} total={data.dry_run.problems_total} />}
      <div className="row">
        {data.state === "done" && (
          <ButtonLink kind="primary" to="/customers">
            {t("seeCustomers")}
          </ButtonLink>
        )}
        {data.undoable && (
          <Button icon="undo" onClick={() => setUndoing(true)}>
            {t("undo")}
          </Button>
        )}
        <ButtonLink to="/imports">{t("toHistory")}</ButtonLink>
      </div>
      {undoing && <UndoDialog row={data} onClose={() => setUndoing(false)} />}
    </div>
  );
}
