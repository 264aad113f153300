import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import { changesQuery } from "./queries";
import type { Score } from "./types";

/** What the same model would say after one more order, and after silence; asked of it when somebody wants to know. */
export function ScoreChanges({ customerId, score }: { customerId: number; score: Score }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const changes = useQuery(changesQuery(customerId));
  if (changes.isPending) return <SkeletonLines count={2} />;
  if (changes.error || changes.data.length === 0) return null;
  // What is worth something is the forecast; the order that would change it has the size that a customer pays.
  const money = (micros: number) => format.money(format.worthOf(micros), { whole: true });
  const active = (share: number | null) => (share === null ? null : t("score.active", { share: format.percent(share) }));
  const now = score.expected_value_micros === null ? null : money(score.expected_value_micros);
  return (
    <div className="stack stack--tight">
      <h3 className="small soft">{t("score.changes")}</h3>
      <ul className="stack stack--tight">
        {changes.data.map((change) => (
          <li key={change.kind}>
            <span className="soft">
              {change.kind === "order" ? t("score.afterOrder", { amount: format.money(change.amount_micros ?? 0, { whole: true }) }) : t("score.afterSilence", { day: format.day(change.on) })}
            </span>{" "}
            <strong>{[change.value_micros === null ? null : money(change.value_micros), change.value_micros === null || now === null ? active(change.probability_active) : null].filter(Boolean).join(" · ")}</strong>
          </li>
        ))}
      </ul>
    </div>
  );
}
