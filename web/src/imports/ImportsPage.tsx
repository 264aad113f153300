import { Trans, useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "../api/session";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { sumMicros } from "../i18n/format";
import { useFormat } from "../i18n/useFormat";
import { History } from "./History";
import { IdenticalLines } from "./IdenticalLines";
import { useIdenticalLines, useImports, useSummary } from "./queries";
import { reconciled } from "./reconciliation";
import { MonthsTable, ReconciliationChart } from "./Reconciliation";
import type { ImportSummary } from "./types";
import "./imports.css";

export default function ImportsPage() {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const mayImport = useMay("import");
  const summary = useSummary();
  const list = useImports();
  const once = useIdenticalLines().data?.counted_once ?? false;
  const data = summary.data;
  const months = data?.months ?? [];
  const nothing = data?.imports === 0 && list.data?.pages[0]?.items.length === 0;
  return (
    <AnswerPage
      title={t("title")}
      loading={summary.isPending || list.isPending}
      error={summary.error}
      onRetry={() => void summary.refetch()}
      actions={
        mayImport && (
          <ButtonLink kind="primary" icon="imports" to="/imports/new">
            {t("new")}
          </ButtonLink>
        )
      }
      answer={data && <Answer data={data} once={once} />}
      note={
        data && (
          <span className="row">
            {data.quarantined > 0 && <Link to="/imports/quarantine">{t("quarantined", { count: data.quarantined, formatted: format.number(data.quarantined) })}</Link>}
          </span>
        )
      }
      empty={
        nothing && (
          <EmptyState icon="imports" title={t("empty.title")} action={mayImport && <ButtonLink kind="primary" to="/imports/new">{t("new")}</ButtonLink>}>
            {t("empty.text")}
          </EmptyState>
        )
      }
    >
      {months.length > 0 && <ReconciliationChart months={months} countedOnce={once} />}
      <History />
      <IdenticalLines />
      {months.length > 0 && <MonthsTable months={months} countedOnce={once} />}
    </AnswerPage>
  );
}

function Answer({ data, once }: { data: ImportSummary; once: boolean }) {
  const format = useFormat();
  const { t } = useTranslation("imports");
  if (!data.last_on) return <>{t("answerNothing")}</>;
  const day = format.day(data.last_on);
  if (data.months.length === 0 || data.is_moving) return <Trans ns="imports" i18nKey={data.is_moving ? "answerMoving" : "answerDay"} values={{ day }} components={{ b: <b /> }} />;
  const found = reconciled(data.months, once);
  const unsettled = sumMicros([data.unsettled_micros]);
  const open = found.open + (unsettled < 0n ? -unsettled : unsettled);
  const money = (micros: bigint) => format.money(micros, { compact: true });
  const values = { day, agrees: money(found.spend), explained: money(found.explainedTotal), open: money(open) };
  return <Trans ns="imports" i18nKey={open === 0n ? "answer" : "answerOpen"} values={values} components={{ b: <b /> }} />;
}
