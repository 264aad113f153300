import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { DayField } from "../design/DayField";
import { Segmented } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import { useMe } from "../api/session";
import { OUTCOMES, type Outcome } from "./outcomes";
import { useWritten } from "./queries";

const kinds = ["note", "task", "call"] as const;
type Kind = (typeof kinds)[number];
const LONGEST = { note: 10_000, task: 200, call: 10_000 } as const;

/** A note, a task with its day, or how a call went; kept with the customer. */
export function NewEntry({ customerId }: { customerId: number }) {
  const { t } = useTranslation("activities");
  const me = useMe();
  const [kind, setKind] = useState<Kind>("note");
  const [text, setText] = useState("");
  const [day, setDay] = useState("");
  const [outcome, setOutcome] = useState<Outcome>("reached");
  const written = useWritten(customerId);
  const needsDay = kind === "call" && outcome === "callback";
  const add = useMutation({
    mutationFn: async (): Promise<unknown> => {
      if (kind === "note") return answer(client.POST("/activities/notes", { body: { customer_id: customerId, text } }));
      if (kind === "task") return answer(client.POST("/activities/tasks", { body: { customer_id: customerId, title: text, details: "", due_on: day || null, assignee_id: me?.id ?? null } }));
      return answer(client.POST("/activities/calls", { body: { customer_id: customerId, outcome, text, callback_on: day || null, callback_title: "" } }));
    },
    onSuccess: () => {
      setText("");
      setDay("");
      written();
    },
  });
  const ready = (kind === "call" || text.trim() !== "") && (!needsDay || day !== "");
  return (
    <form
      className="new-entry"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) add.mutate();
      }}
    >
      <Segmented label={t("what")} value={kind} onChange={setKind} options={kinds.map((value) => ({ value, label: t(`kinds.${value}`) }))} />
      {kind === "call" && (
        <select className="select" aria-label={t("outcome")} value={outcome} onChange={(event) => setOutcome(event.target.value as Outcome)}>
          {OUTCOMES.map((each) => (
            <option key={each} value={each}>
              {t(`outcomes.${each}`)}
            </option>
          ))}
        </select>
      )}
      <textarea className="input input--wide" rows={2} value={text} maxLength={LONGEST[kind]} aria-label={t(`write.${kind}`)} placeholder={t(`write.${kind}`)} onChange={(event) => setText(event.target.value)} />
      <div className="row row--apart">
        {kind === "note" ? (
          <span />
        ) : (
          <span className="row small soft">
            {t(kind === "task" ? "dueOn" : "followUp")}
            <DayField aria-label={t(kind === "task" ? "dueOn" : "followUp")} value={day} onChange={setDay} />
          </span>
        )}
        <Button type="submit" disabled={!ready || add.isPending}>
          {t(`add.${kind}`)}
        </Button>
      </div>
      {kind === "call" && outcome === "do_not_contact" && <p className="small soft">{t("doNotContact")}</p>}
      {add.error && <ProblemView error={add.error} />}
    </form>
  );
}
