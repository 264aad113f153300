import { useTranslation } from "react-i18next";
import { asProblem } from "../api/problem";
import type { ProblemBody } from "../api/types";

const OWN = ["network_unreachable", "change_unsent", "server_failed", "unexpected_answer", "page_failed"] as const;
type OwnCode = (typeof OWN)[number];

/** What happened, why, where, what to do, and the reference under which the server wrote it down. */
export function ProblemView({ error, body, onRetry }: { error?: unknown; body?: ProblemBody; onRetry?: () => void }) {
  const { t } = useTranslation("design");
  const problem = body ?? asProblem(error).body;
  const own = OWN.find((code): code is OwnCode => code === problem.code && !problem.what);
  const what = own ? t(`problem.${own}.what`) : problem.what || problem.code;
  const why = own ? t(`problem.${own}.why`) : problem.why;
  const remedy = own ? t(`problem.${own}.remedy`) : problem.remedy;
  return (
    <div className="problem" role="alert">
      <p className="problem__what">{what}</p>
      <dl>
        {why && <Line label={t("problem.why")}>{why}</Line>}
        {problem.where && Object.keys(problem.where).length > 0 && <Line label={t("problem.where")}>{placeOf(problem, t)}</Line>}
        {remedy && <Line label={t("problem.remedy")}>{remedy}</Line>}
        {problem.reference && (
          <Line label={t("problem.reference")}>
            <code>{problem.reference}</code>
          </Line>
        )}
      </dl>
      {onRetry && (
        <div>
          <button type="button" className="text-button" onClick={onRetry}>
            {t("problem.retry")}
          </button>
        </div>
      )}
    </div>
  );
}

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function placeOf(problem: ProblemBody, t: ReturnType<typeof useTranslation<"design">>["t"]): string {
  const { row, column, path, field } = problem.where ?? {};
  return [path, row !== undefined && t("problem.row", { row }), column && t("problem.column", { column }), field && t("problem.field", { field })]
    .filter(Boolean)
    .join(" · ");
}
