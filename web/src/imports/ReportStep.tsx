import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/session";
import { Button, ButtonLink } from "../design/Button";
import { Facts, Panel } from "../design/Panel";
import { useFormat } from "../i18n/useFormat";
import { Findings } from "./Findings";
import { Bar } from "./JobProgress";
import { isActive, useIdenticalLines, useLastRefresh } from "./queries";
import { MonthsTable, ReconciliationChart } from "./Reconciliation";
import { RejectedGrid } from "./RejectedGrid";
import type { ImportDetail } from "./types";
import { UndoDialog } from "./UndoDialog";

/** What became of the file, what is worked out from it now, and where to go on. */
export function ReportStep({ data }: { data: ImportDetail }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const mayImport = useMay("import");
  const once = useIdenticalLines().data?.counted_once ?? false;
  const [undoing, setUndoing] = useState(false);
  const { received = 0, stored = 0, redelivered = 0, rejected = 0 } = data.counts;
  const shown = { received: format.number(received), stored: format.number(stored), redelivered: format.number(redelivered), rejected: format.number(rejected) };
  const more = (["new_orders", "changed_orders", "redelivered_orders", "new_customers"] as const).filter((name) => data.counts[name]);
  return (
    <div className="stack">
      {data.state === "stored" && <NextStep />}
      <Facts
        items={[
          { label: t("counts.received"), value: shown.received },
          { label: t("counts.stored"), value: shown.stored },
          { label: t("counts.redelivered"), value: shown.redelivered },
          { label: t("counts.rejected"), value: shown.rejected },
          ...more.map((name) => ({ label: t(`counts.${name}`), value: format.number(data.counts[name] ?? 0) })),
        ]}
      />
      <p className={data.adds_up === false ? "problem" : "soft"} role={data.adds_up === false ? "alert" : undefined}>
        {t(data.adds_up === false ? "balanceOpen" : "balance", shown)}
      </p>
      <div className="row">
        <ButtonLink to="/imports">{t("toHistory")}</ButtonLink>
        <ButtonLink icon="plus" to="/imports/new">
          {t("another")}
        </ButtonLink>
        {data.state === "stored" && mayImport && (
          <Button icon="undo" onClick={() => setUndoing(true)}>
            {t("undo")}
          </Button>
        )}
      </div>
      <RejectedGrid row={data} columns={data.profile.columns} />
      {data.months.length > 0 && <ReconciliationChart months={data.months} countedOnce={once} />}
      <Findings findings={data.findings} />
      {data.months.length > 1 && <MonthsTable months={data.months} countedOnce={once} />}
      {undoing && <UndoDialog row={data} onClose={() => setUndoing(false)} />}
    </div>
  );
}

/** A refresh follows by itself: features, segments, predictions, today's list. */
function NextStep() {
  const { t } = useTranslation("imports");
  const job = useLastRefresh(true).data ?? undefined;
  const active = isActive(job);
  return (
    <Panel title={t(active ? "next.running" : job?.state === "failed" ? "next.failed" : "next.done")}>
      <div className="stack">
        {active && <Bar job={job} name={t("next.running")} />}
        <div className="row">
          <ButtonLink kind={active ? "line" : "primary"} to="/worklist">
            {t("next.worklist")}
          </ButtonLink>
          <ButtonLink to="/customers">{t("next.customers")}</ButtonLink>
          {active && <span className="soft">{t("next.wait")}</span>}
        </div>
      </div>
    </Panel>
  );
}
