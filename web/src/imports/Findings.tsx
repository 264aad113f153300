import { useTranslation } from "react-i18next";
import { Button } from "../design/Button";
import { Panel } from "../design/Panel";
import { useFormat } from "../i18n/useFormat";
import type { Words } from "./types";

/** What was found in the file, in words with its money. */
export function Findings({ findings }: { findings: Words[] }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  if (findings.length === 0) return null;
  return (
    <Panel title={t("findings")}>
      <ul className="findings">
        {findings.map((finding, index) => (
          <li key={`${finding.code}-${index}`}>
            <span>{format.spaced(finding.what)}</span>
            {finding.why && <span className="soft"> {format.spaced(finding.why)}</span>}
            {finding.remedy && <span className="soft"> {format.spaced(finding.remedy)}</span>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const OPEN = ["dates_assumed_day_first", "dates_assumed_month_first", "date_order_mixed"];

export function dateQuestionOf(findings: Words[]): Words | undefined {
  return findings.find((finding) => OPEN.includes(finding.code));
}

/** Nothing in the file says whether 03/04 is in March or in April: only a person knows. */
export function DateQuestion({ finding, busy, onAnswer }: { finding: Words; busy: boolean; onAnswer: (dayFirst: boolean) => void }) {
  const { t } = useTranslation("imports");
  const column = String(finding.params.column ?? finding.where?.column ?? "");
  const assumed = finding.code === "dates_assumed_day_first" ? "assumedDay" : finding.code === "dates_assumed_month_first" ? "assumedMonth" : "mixed";
  return (
    <section className="question" aria-label={t("dateQuestion.title", { column })}>
      <p>
        <strong>{t("dateQuestion.title", { column })}</strong>
      </p>
      <p className="soft">{t(`dateQuestion.${assumed}`)}</p>
      <div className="row">
        <Button disabled={busy} kind={assumed === "assumedDay" ? "primary" : "line"} onClick={() => onAnswer(true)}>
          {t("dateQuestion.day")}
        </Button>
        <Button disabled={busy} kind={assumed === "assumedMonth" ? "primary" : "line"} onClick={() => onAnswer(false)}>
          {t("dateQuestion.month")}
        </Button>
      </div>
    </section>
  );
}
