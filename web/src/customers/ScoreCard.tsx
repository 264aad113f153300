import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import { scoresQuery } from "./queries";
import { ScoreChanges } from "./ScoreChanges";
import { ScoreFeedback } from "./ScoreFeedback";
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
        scores.data.map((score) => <ScoreOf key={score.task} score={score} customerId={customer.id} />)
      )}
    </Panel>
  );
}

const SIGNS = { 1: "up", 0: "neither", "-1": "down" } as const;
const MARKS = { up: "▲", neither: "·", down: "▼" } as const;

function Reasons({ score }: { score: Score }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  if (score.reasons.length === 0) return null;
  return (
    <ul className="reasons stack stack--tight" aria-label={t("score.reasons")}>
      {score.reasons.map((reason) => {
        const sign = SIGNS[String(reason.sign) as "1"];
        return (
          <li key={reason.code}>
            <span className={`reasons__sign reasons__sign--${sign}`} role="img" aria-label={t(`score.signs.${sign}`)} title={t(`score.signs.${sign}`)}>
              {MARKS[sign]}
            </span>
            <span>
              {format.spaced(reason.what)}
              {reason.why && <span className="small faint block">{format.spaced(reason.why)}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** What was said before, in amounts where both were amounts, else in places. */
function Before({ score }: { score: Score }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const { previous } = score;
  if (!previous) return null;
  const amounts = score.expected_value_micros !== null && previous.expected_value_micros !== null;
  const was = amounts ? format.money(format.worthOf(previous.expected_value_micros ?? 0), { whole: true }) : t("score.rank", { rank: format.number(previous.rank), of: format.number(previous.of) });
  return <p className="soft">{t("score.before", { was, day: format.day(previous.as_of) })}</p>;
}

/** A mean may lie above what nine in ten spend; said bare beside the interval it would look like a mistake. */
export function intervalText(expected: number, high: number) {
  if (high <= 0) return "score.intervalNothing";
  return expected > high ? "score.intervalBelow" : "score.interval";
}

function ScoreOf({ score, customerId }: { score: Score; customerId: number }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const money = (micros: number) => format.money(format.worthOf(micros), { whole: true });
  const days = format.number(score.horizon_days);
  const percent = Math.max(1, Math.ceil((100 * score.rank) / Math.max(1, score.of)));
  const place = `${t("score.rank", { rank: format.number(score.rank), of: format.number(score.of) })}${percent <= 50 ? ` (${t("score.top", { percent })})` : ""}`;
  return (
    <div className="score">
      {score.state === "published" && score.expected_value_micros !== null ? (
        <>
          <p>
            <span className="score__value">{money(score.expected_value_micros)}</span>
            <span className="soft"> {t("score.within", { days })}</span>
          </p>
          {score.value_low_micros !== null && score.value_high_micros !== null && (
            <p className="soft">{t(intervalText(score.expected_value_micros, score.value_high_micros), { low: money(score.value_low_micros), high: money(score.value_high_micros) })}</p>
          )}
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
      <Before score={score} />
      <Reasons score={score} />
      <ScoreChanges customerId={customerId} score={score} />
      <ScoreFeedback customerId={customerId} score={score} />
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
        <span className="score__value">{amount}</span> <span className="soft">{t(`${format.isWorth ? "score.rulesWorth" : "score.rules"}.${rule}`, { days: format.number(score.horizon_days) })}</span>
      </p>
      <p className="soft">{place}</p>
      <p className="soft small">{score.state === "not_enough_evidence" ? t("score.notEnough") : t("score.plainRule")}</p>
    </>
  );
}
