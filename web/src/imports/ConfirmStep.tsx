import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { Button } from "../design/Button";
import { Segmented } from "../design/Field";
import { Facts, Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { ErrorsGrid } from "./ErrorsGrid";
import type { ImportDetail } from "./types";

export function ConfirmStep({ data, onNext, onBack }: { data: ImportDetail; onNext: (next: ImportDetail) => void; onBack: () => void }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const [changed, setChanged] = useState(data.options.changed_orders);
  const confirm = useMutation({ mutationFn: () => api.post<ImportDetail>(`/imports/${data.id}/confirm`, { changed_orders: changed }), onSuccess: onNext });
  const run = data.dry_run;
  if (!run) return null;
  const { counts } = run;
  return (
    <div className="stack">
      <Facts
        items={[
          { label: t("counts.new"), value: format.number(counts.new) },
          { label: t("counts.changed"), value: format.number(counts.changed) },
          { label: t("counts.redelivered"), value: format.number(counts.redelivered) },
          { label: t("counts.linked"), value: format.number(counts.linked) },
          { label: t("counts.guest"), value: format.number(counts.guest) },
          { label: t("counts.rejected"), value: format.number(counts.rejected) },
          { label: t("counts.amount"), value: format.money(run.amount_micros, { compact: true }) },
        ]}
      />
      <p className="soft">
        {t("balance", { received: format.number(counts.received), stored: format.number(counts.stored), redelivered: format.number(counts.redelivered), rejected: format.number(counts.rejected) })}
      </p>
      {run.notices.length > 0 && (
        <Panel title={t("notices")}>
          <ul className="stack stack--tight">
            {run.notices.map((notice) => (
              <li key={notice.code}>{format.spaced(notice.text)}</li>
            ))}
          </ul>
        </Panel>
      )}
      {run.changed_orders > 0 && (
        <Panel title={t("changedOrders", { count: run.changed_orders, formatted: format.number(run.changed_orders) })}>
          <Segmented label={t("changedLabel")} value={changed} onChange={setChanged} options={(["replace", "add"] as const).map((value) => ({ value, label: t(`changedChoice.${value}`) }))} />
        </Panel>
      )}
      <ErrorsGrid importId={data.id} problems={run.problems} total={run.problems_total} />
      {confirm.error && <ProblemView error={confirm.error} />}
      <div className="row">
        <Button kind="primary" disabled={confirm.isPending} onClick={() => confirm.mutate()}>
          {t("confirm", { formatted: format.number(counts.stored) })}
        </Button>
        <Button onClick={onBack}>{t("back")}</Button>
      </div>
    </div>
  );
}
