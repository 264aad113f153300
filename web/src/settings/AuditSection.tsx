import { useTranslation } from "react-i18next";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import type { AuditRow } from "./types";
import { useList } from "./useList";

export default function AuditSection() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const audit = useList<AuditRow>("/audit");
  return (
    <Panel title={t("sections.audit.name")} flush>
      {audit.error ? (
        <ProblemView error={audit.error} onRetry={audit.retry} />
      ) : (
        <DataTable
          name={t("sections.audit.name")}
          tall
          rows={audit.rows}
          keyOf={(row) => row.id}
          nameOf={(row) => row.action}
          {...audit.table}
          columns={[
            { key: "action", title: t("audit.action"), main: true, render: (row) => <code>{row.action}</code> },
            { key: "at", title: t("audit.at"), render: (row) => format.instant(row.at) },
            { key: "actor", title: t("audit.actor"), render: (row) => row.actor },
            { key: "object", title: t("audit.object"), render: (row) => <code>{row.object}</code> },
            { key: "request", title: t("audit.request"), render: (row) => <code className="faint">{row.request_id}</code> },
          ]}
        />
      )}
    </Panel>
  );
}
