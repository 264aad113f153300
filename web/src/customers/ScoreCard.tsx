import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../api/client";
import { Panel } from "../design/Panel";
import { useFormat } from "../i18n/useFormat";
import type { CustomerDetail } from "./types";

/** The prediction for one customer: amount and interval, rank, signed reasons in words, and the button to object. */
export function ScoreCard({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const { score, no_score: missing } = customer;
  const object = useMutation({ mutationFn: () => api.post(`/customers/${customer.id}/score-objection`, { prediction_id: score?.prediction_id }) });
  return (
    <Panel title={t("score.title")}>
      {!score ? (
        <p className="soft">{missing?.text ?? t("score.none")}</p>
      ) : (
        <div className="score">
          <p>
            <span className="score__value">
              {score.expected_micros !== null ? format.money(score.expected_micros, { whole: true }) : t("score.rank", { rank: format.number(score.rank), of: format.number(score.of) })}
            </span>
            <span className="soft"> {t("score.within", { days: format.number(score.horizon_days) })}</span>
          </p>
          {score.low_micros !== null && score.high_micros !== null && (
            <p className="soft">{t("score.interval", { low: format.money(score.low_micros, { whole: true }), high: format.money(score.high_micros, { whole: true }) })}</p>
          )}
          {score.expected_micros !== null && <p className="soft">{t("score.rank", { rank: format.number(score.rank), of: format.number(score.of) })}</p>}
          {score.source === "plain_rule" && <p className="tag">{t("score.plainRule")}</p>}
          <ul className="reasons stack stack--tight" aria-label={t("score.reasons")}>
            {score.reasons.map(({ reason, effect }) => (
              <li key={reason.code}>
                <span className="reasons__sign" aria-label={t(`score.${effect}`)} role="img" style={{ color: effect === "raises" ? "var(--gain)" : "var(--attention)" }}>
                  {effect === "raises" ? "+" : "−"}
                </span>
                {format.spaced(reason.text)}
              </li>
            ))}
          </ul>
          <p className="row row--apart small">
            <Link to={`/predictions/${score.prediction_id}`}>{t("score.how")}</Link>
            <button type="button" className="text-button" disabled={object.isPending || object.isSuccess} onClick={() => object.mutate()}>
              {object.isSuccess ? t("score.noted") : t("score.wrong")}
            </button>
          </p>
        </div>
      )}
    </Panel>
  );
}
