import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import { scoresQuery } from "./queries";
import type { CustomerDetail, Score } from "./types";

const RULES = ["total_spend", "window_before", "mean_per_period"] as const;
type RuleName = (typeof RULES)[number];

/** The prediction for one customer, as far as it can be stood behind, with its reasons in words. */
export function ScoreCard({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const scores = useQuery(scoresQuery(customer.id));
  return (
    <Panel title={format.isWorth ? t("worth.expected") : t("money.expected")}>
      {scores.error ? (
        <ProblemView error={scores.error} onRetry={() => void scores.refetch()} />
      ) : scores.isPending ? (
        <SkeletonLines />
      ) : scores.data.length === 0 ? (
        <p className="soft">{t("score.none")}</p>
      ) : (
        scores.data.map((score) => <ScoreOf key={score.task} score={score} />)
      )}
    </Panel>
  );
}

function ScoreOf({ score }: { score: Score }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const money = (micros: number) => format.money(format.worthOf(micros), { whole: true });
  const days = format.number(score.horizon_days);
  const place = t("score.rank", { rank: format.number(score.rank), of: format.number(score.of) });
  return (
    <div className="score">
      {score.state === "published" && score.expected_value_micros !== null ? (
        <>
          <p>
            <span className="score__value">{money(score.expected_value_micros)}</span>
            <span className="soft"> {t("score.within", { days })}</span>
          </p>
          {score.value_low_micros !== null && score.value_high_micros !== null && <p className="soft">{t("score.interval", { low: money(score.value_low_micros), high: money(score.value_high_micros) })}</p>}
          <p className="soft">{place}</p>
        </>
      ) : score.state === "ranking_only" ? (
        <>
          <p className="score__value">{place}</p>
          <p className="soft">{t("score.rankingOnly", { days })}</p>
        </>
      ) : (
        <PlainRule score={score} place={place} />
      )}
      {score.reasons.length > 0 && (
        <ul className="reasons stack stack--tight" aria-label={t("score.reasons")}>
          {score.reasons.map((reason, index) => (
            <li key={index}>{format.spaced(reason.what)}</li>
          ))}
        </ul>
      )}
      <p className="row row--apart small">
        <Link to="/predictions">{t("score.how")}</Link>
        <span className="faint">{t("asOf", { day: format.day(score.as_of) })}</span>
      </p>
    </div>
  );
}

/** Where no model is better, the plain rule serves, under its own name: what it counts, not what will come. */
function PlainRule({ score, place }: { score: Score; place: string }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const rule = RULES.includes(score.rule as RuleName) ? (score.rule as RuleName) : "total_spend";
  // The rule's score is an amount in units; whole units are shown, where a float is exact.
  const amount = format.money(format.worthOf(BigInt(Math.round(score.value_score)) * 1_000_000n), { whole: true });
  return (
    <>
      <p>
        <span className="score__value">{amount}</span> <span className="soft">{t(`score.rules.${rule}`, { days: format.number(score.horizon_days) })}</span>
      </p>
      <p className="soft">{place}</p>
      <p className="soft small">{score.state === "not_enough_evidence" ? t("score.notEnough") : t("score.plainRule")}</p>
    </>
  );
}
