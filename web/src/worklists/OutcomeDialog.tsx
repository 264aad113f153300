import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { PhoneNumber } from "../design/PhoneNumber";
import { OUTCOMES, type Outcome } from "../activities/outcomes";
import { answer, client, type Schema } from "../api/client";
import { Button } from "../design/Button";
import { DayField } from "../design/DayField";
import { Dialog } from "../design/Dialog";
import { Field } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import type { WorkItem } from "./queries";

/** What came of the call, a note, and when to follow up. The digits choose the outcome. */
export function OutcomeDialog({ item, onClose }: { item: WorkItem; onClose: () => void }) {
  const { t } = useTranslation(["worklists", "activities"]);
  const format = useFormat();
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<Outcome>("reached");
  const [followUp, setFollowUp] = useState("");
  const name = item.customer.name || item.customer.external_id;
  const save = useMutation({
    mutationFn: (body: Schema<"WorkDone">) => answer(client.POST("/worklists/{item_id}/done", { params: { path: { item_id: item.id } }, body })),
    onSuccess: () => {
      void queries.invalidateQueries({ predicate: (query) => ["worklist", "customers"].includes(String(query.queryKey[0])) });
      onClose();
    },
  });
  const needsDay = outcome === "callback";
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    const chosen = event.target instanceof HTMLInputElement && event.target.type === "radio" ? OUTCOMES[Number(event.key) - 1] : undefined;
    if (!chosen) return;
    setOutcome(chosen);
    event.currentTarget.querySelector<HTMLElement>(`input[value="${chosen}"]`)?.focus();
  };
  return (
    <Dialog open title={t("worklists:callTitle", { name })} onClose={onClose}>
      <p className="row">
        {item.customer.phone ? <PhoneNumber number={item.customer.phone} /> : <span className="soft">{t("worklists:noPhone")}</span>}
      </p>
      <p className="soft">{format.spaced(item.reason.what)}</p>
      <form
        className="stack"
        onKeyDown={onKeyDown}
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          save.mutate({ outcome, note: String(form.get("note") ?? ""), follow_up_on: followUp || null, follow_up_title: "" });
        }}
      >
        <fieldset className="plain-fieldset outcomes">
          <legend className="field__label">{t("worklists:outcome")}</legend>
          {OUTCOMES.map((each, index) => (
            <label className="check" key={each}>
              <input type="radio" name="outcome" aria-keyshortcuts={String(index + 1)} autoFocus={index === 0} value={each} checked={each === outcome} onChange={() => setOutcome(each)} />
              {t(`activities:outcomes.${each}`)}
              <kbd className="key" aria-hidden="true" title={t("worklists:key", { key: index + 1 })}>
                {index + 1}
              </kbd>
            </label>
          ))}
        </fieldset>
        {outcome === "do_not_contact" && <p className="small soft">{t("activities:doNotContact")}</p>}
        <Field label={t("worklists:noteLabel")}>
          <textarea className="input input--wide" name="note" rows={3} maxLength={10_000} />
        </Field>
        <Field label={t("worklists:followUp")} hint={needsDay ? t("worklists:followUpNeeded") : t("worklists:followUpHint")}>
          <DayField value={followUp} onChange={setFollowUp} />
        </Field>
        {save.error && <ProblemView error={save.error} />}
        <div className="dialog__foot">
          <Button onClick={onClose}>{t("worklists:cancel")}</Button>
          <Button kind="primary" type="submit" disabled={save.isPending || (needsDay && !followUp)}>
            {t("worklists:saveDone")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
