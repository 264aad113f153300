import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "../api/session";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { useFormat } from "../i18n/useFormat";
import { History } from "./History";
import { IdenticalLines } from "./IdenticalLines";
import { useIdenticalLines, useImport, useImports, useSummary } from "./queries";
import { reconciled } from "./reconciliation";
import { MonthsTable, ReconciliationChart } from "./Reconciliation";
import "./imports.css";

const ALL = "all";

export default function ImportsPage() {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const mayImport = useMay("import");
  const summary = useSummary();
  const list = useImports();
  const once = useIdenticalLines().data?.counted_once ?? false;
  const [chosen, setChosen] = useState<string | null>(null);
  const data = summary.data;
  const files = (list.data?.pages.flatMap((page) => page.items) ?? []).filter((row) => row.state === "stored" && row.kind === "orders");
  // Files that overlap cannot be added up: each is then reconciled by itself, the newest first.
  const shown = chosen ?? (data?.is_overlapping ? String(files[0]?.id ?? ALL) : ALL);
  const one = useImport(shown === ALL ? undefined : shown);
  const months = (shown === ALL ? data?.months : one.data?.months) ?? [];
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
      answer={data && <Answer day={data.last_on} months={months} once={once} />}
      note={
        data && (
          <span className="row">
            {data.quarantined > 0 && <Link to="/imports/quarantine">{t("quarantined", { count: data.quarantined, formatted: format.number(data.quarantined) })}</Link>}
            {files.length > 1 && (
              <label className="row">
                {t("figuresOf")}
                <select className="select" value={shown} onChange={(event) => setChosen(event.target.value)}>
                  {!data.is_overlapping && <option value={ALL}>{t("allFiles")}</option>}
                  {files.map((row) => (
                    <option key={row.id} value={row.id}>
                      {row.name} · {format.instant(row.created_at)}
                    </option>
                  ))}
                </select>
              </label>
            )}
            {data.is_overlapping && <span>{t("overlapping")}</span>}
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

function Answer({ day, months, once }: { day: string | null; months: Parameters<typeof reconciled>[0]; once: boolean }) {
  const format = useFormat();
  const { t } = useTranslation("imports");
  if (!day) return <>{t("answerNothing")}</>;
  if (months.length === 0) return <Trans ns="imports" i18nKey="answerDay" values={{ day: format.day(day) }} components={{ b: <b /> }} />;
  const found = reconciled(months, once);
  const money = (micros: bigint) => format.money(micros, { compact: true });
  const values = { day: format.day(day), agrees: money(found.spend), explained: money(found.explainedTotal), open: money(found.difference) };
  return <Trans ns="imports" i18nKey={found.difference === 0n ? "answer" : "answerOpen"} values={values} components={{ b: <b /> }} />;
}
