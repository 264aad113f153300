import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Segmented } from "../design/Field";
import { Facts, Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { DateQuestion, dateQuestionOf, Findings } from "./Findings";
import { givenOf } from "./matching";
import { spelled } from "./queries";
import { MonthsTable, ReconciliationChart } from "./Reconciliation";
import { RejectedGrid } from "./RejectedGrid";
import type { Changed, FileOptions, ImportDetail } from "./types";

/** The dry run: what would happen to every row and every unit of money. Nothing is stored yet. */
export function CheckStep({ data, onNext, onRevise }: { data: ImportDetail; onNext: (next: ImportDetail) => void; onRevise?: () => void }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const [changed, setChanged] = useState<Changed | null>(null);
  const path = { params: { path: { import_id: data.id } } };
  const match = (more: FileOptions) => answer(client.POST("/imports/{import_id}/match", { ...path, body: { anew: false, overrides: givenOf(data), options: { ...data.options, ...more } } }));
  const confirm = useMutation({ mutationFn: () => answer(client.POST("/imports/{import_id}/confirm", { ...path, body: { changed } })).then(spelled<ImportDetail>), onSuccess: onNext });
  const back = useMutation({ mutationFn: () => match({}).then(spelled<ImportDetail>), onSuccess: onNext });
  const date = useMutation({
    mutationFn: (day_first: boolean) => match({ day_first }).then(() => answer(client.POST("/imports/{import_id}/check", path))).then(spelled<ImportDetail>),
    onSuccess: onNext,
  });
  const { received = 0, accepted = 0, rejected = 0, redelivered = 0, new_orders, changed_orders = 0, completed_orders = 0, redelivered_orders = 0, new_customers } = data.counts;
  const question = data.options.day_first == null ? dateQuestionOf(data.findings) : undefined;
  const facts = [
    { label: t("counts.received"), value: format.number(received) },
    { label: t("counts.accepted"), value: format.number(accepted) },
    { label: t("counts.rejected"), value: format.number(rejected) },
    ...(new_orders === undefined ? [] : [{ label: t("counts.new_orders"), value: format.number(new_orders) }]),
    ...(new_orders === undefined ? [] : [{ label: t("counts.redelivered_orders"), value: format.number(redelivered_orders), note: redelivered > 0 ? t("lines", { count: redelivered, formatted: format.number(redelivered) }) : undefined }]),
    ...(changed_orders > 0 ? [{ label: t("counts.changed_orders"), value: format.number(changed_orders) }] : []),
    ...(completed_orders > 0 ? [{ label: t("counts.completed_orders"), value: format.number(completed_orders) }] : []),
    ...(new_customers === undefined ? [] : [{ label: t("counts.new_customers"), value: format.number(new_customers) }]),
  ];
  const period = data.first_on && data.last_on ? t("period", { from: format.day(data.first_on), to: format.day(data.last_on) }) : "";
  return (
    <div className="stack">
      {question && <DateQuestion finding={question} busy={date.isPending} onAnswer={(dayFirst) => date.mutate(dayFirst)} />}
      {date.error && <ProblemView error={date.error} />}
      <Facts items={facts} />
      {period && <p className="soft">{period}</p>}
      {changed_orders > 0 && (
        <section className="question" aria-label={t("changedOrders", { count: changed_orders, formatted: format.number(changed_orders) })}>
          <p>
            <strong>{t("changedOrders", { count: changed_orders, formatted: format.number(changed_orders) })}</strong>
          </p>
          <Segmented label={t("changedLabel")} value={changed ?? ""} onChange={(value) => setChanged(value as Changed)} options={(["replace", "add"] as const).map((value) => ({ value: value as Changed | "", label: t(`changedChoice.${value}`) }))} />
          {changed && <p className="soft">{t(`changedHint.${changed}`)}</p>}
        </section>
      )}
      {confirm.error && <ProblemView error={confirm.error} />}
      {back.error && <ProblemView error={back.error} />}
      {data.kind === "orders" && accepted > 0 && data.counts.customers === 0 && (
        <div className="problem stack" role="alert">
          <strong>{t("nobody.what")}</strong>
          <span>{t("nobody.why")}</span>
        </div>
      )}
      <div className="row">
        <Button kind="primary" disabled={confirm.isPending || accepted === 0 || (changed_orders > 0 && !changed)} onClick={() => confirm.mutate()}>
          {t("confirm", { count: accepted - redelivered, formatted: format.number(accepted - redelivered) })}
        </Button>
        <Button disabled={back.isPending} onClick={() => back.mutate()}>
          {t("back")}
        </Button>
        {onRevise && (
          <Button disabled={back.isPending} onClick={onRevise}>
            {t("values.revise")}
          </Button>
        )}
        {accepted === 0 && <span className="soft">{t("nothingAccepted")}</span>}
      </div>
      <RejectedGrid row={data} columns={data.profile.columns} />
      <Findings findings={data.findings} />
      {data.months.length > 0 && <ReconciliationChart months={data.months} countedOnce={false} note={t("pictureDry")} />}
      {data.months.length > 1 && <MonthsTable months={data.months} countedOnce={false} />}
      {data.notes.length > 0 && (
        <Panel title={t("fileNotes")}>
          <ul className="findings">
            {data.notes.map((note, index) => (
              <li key={index}>{format.spaced(note.what)}</li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}
