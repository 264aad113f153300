import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { Button } from "../design/Button";
import { DayField } from "../design/DayField";
import { Dialog } from "../design/Dialog";
import { Field } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import type { Outcome, WorklistItem } from "./types";

const outcomes: Outcome[] = ["reached", "will_order", "no_answer", "not_interested", "wrong_contact"];

/** What came of the call, a note, and when to follow up. */
export function OutcomeDialog({ item, onClose }: { item: WorklistItem; onClose: () => void }) {
  const { t } = useTranslation("worklists");
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<Outcome>("reached");
  const [followUp, setFollowUp] = useState("");
  const save = useMutation({
    mutationFn: (body: { outcome: Outcome; note: string; follow_up_on: string | null; done: boolean }) => api.post(`/worklist/${item.id}/outcome`, body),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["worklist"] });
      onClose();
    },
  });
  return (
    <Dialog open title={t("callTitle", { name: item.customer.name })} onClose={onClose}>
      {item.customer.phone && (
        <p>
          <a href={`tel:${item.customer.phone}`}>{item.customer.phone}</a>
        </p>
      )}
      {item.reason && <p className="soft">{item.reason.text}</p>}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          save.mutate({ outcome, note: String(form.get("note") ?? ""), follow_up_on: followUp || null, done: form.get("done") === "on" });
        }}
      >
        <fieldset className="plain-fieldset row">
          <legend className="field__label">{t("outcome")}</legend>
          {outcomes.map((each) => (
            <label className="check" key={each}>
              <input type="radio" name="outcome" value={each} checked={each === outcome} onChange={() => setOutcome(each)} />
              {t(`outcomes.${each}`)}
            </label>
          ))}
        </fieldset>
        <Field label={t("noteLabel")}>
          <textarea className="input input--wide" name="note" rows={3} maxLength={5000} />
        </Field>
        <Field label={t("followUp")}>
          <DayField value={followUp} onChange={setFollowUp} />
        </Field>
        <label className="check">
          <input type="checkbox" name="done" defaultChecked />
          {t("markDone")}
        </label>
        {save.error && <ProblemView error={save.error} />}
        <div className="dialog__foot">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" disabled={save.isPending}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
