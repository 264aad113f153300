import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { useMay } from "../api/session";
import { Button } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { Field } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { scoresQuery } from "./queries";
import type { Score } from "./types";

const VERDICTS = ["too_high", "too_low", "left", "other"] as const;
type Said = Schema<"FeedbackOut">;

/** Who held the score to be wrong, and the place to say so. It changes no score; whoever keeps the model reads it. */
export function ScoreFeedback({ customerId, score }: { customerId: number; score: Score }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const may = useMay("activity");
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const told = () => {
    setAsking(false);
    void queries.invalidateQueries({ queryKey: scoresQuery(customerId).queryKey });
    void queries.invalidateQueries({ queryKey: ["predictions", "feedback"] });
  };
  const path = { params: { path: { customer_id: customerId } } };
  const give = useMutation({ mutationFn: (body: Schema<"FeedbackIn">) => answer(client.PUT("/predictions/customers/{customer_id}/feedback", { ...path, body })), onSuccess: told });
  const withdraw = useMutation({ mutationFn: () => answer(client.DELETE("/predictions/customers/{customer_id}/feedback", path)), onSuccess: told });
  const own = score.feedback.find((said) => said.is_own);
  return (
    <div className="stack stack--tight">
      {score.feedback.map((said) => (
        <p key={said.id} className="small">
          <span className="tag tag--attention">{t(`wrong.verdicts.${said.verdict}`)}</span> {said.text}
          <span className="faint block">{[said.by?.name, format.instant(said.said_at)].filter(Boolean).join(" · ")}</span>
        </p>
      ))}
      {may && (
        <p className="row small">
          <button type="button" className="text-button" onClick={() => setAsking(true)}>
            {own ? t("wrong.change") : t("wrong.say")}
          </button>
          {own && (
            <button type="button" className="text-button" disabled={withdraw.isPending} onClick={() => withdraw.mutate()}>
              {t("wrong.withdraw")}
            </button>
          )}
        </p>
      )}
      {withdraw.error && <ProblemView error={withdraw.error} />}
      {asking && <WrongDialog own={own} error={give.error} busy={give.isPending} onSay={(body) => give.mutate(body)} onClose={() => setAsking(false)} />}
    </div>
  );
}

function WrongDialog({ own, error, busy, onSay, onClose }: { own: Said | undefined; error: Error | null; busy: boolean; onSay: (body: Schema<"FeedbackIn">) => void; onClose: () => void }) {
  const { t } = useTranslation("customers");
  const [verdict, setVerdict] = useState<Said["verdict"]>(own?.verdict ?? "too_high");
  const [text, setText] = useState(own?.text ?? "");
  return (
    <Dialog open title={t("wrong.title")} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onSay({ verdict, text: text.trim() });
        }}
      >
        <fieldset className="plain-fieldset stack stack--tight">
          <legend className="field__label">{t("wrong.how")}</legend>
          {VERDICTS.map((each) => (
            <label className="check" key={each}>
              <input type="radio" name="verdict" checked={each === verdict} onChange={() => setVerdict(each)} />
              {t(`wrong.verdicts.${each}`)}
            </label>
          ))}
        </fieldset>
        <Field label={t("wrong.text")} hint={t("wrong.hint")}>
          <textarea className="input input--wide" rows={3} maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        {error && <ProblemView error={error} />}
        <div className="dialog__foot">
          <Button onClick={onClose}>{t("wrong.cancel")}</Button>
          <Button kind="primary" type="submit" disabled={busy}>
            {t("wrong.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
