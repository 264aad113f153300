import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { useList } from "./useList";

type Entry = Schema<"AuditOut">;
interface Filter {
  action: string;
  object_kind: string;
  object_id: string;
  actor_id?: number;
}
const everything: Filter = { action: "", object_kind: "", object_id: "" };

/** Actions have words for the reader; one that is new to the screens shows its code. */
function useActionName() {
  const { t } = useTranslation("settings");
  return (action: string) => t(`actions.${action}` as "actions.sign_in", { defaultValue: action });
}

function useKindName() {
  const { t } = useTranslation("settings");
  return (kind: string) => t(`objects.${kind}` as "objects.customer", { defaultValue: kind });
}

export default function AuditSection() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const nameOf = useActionName();
  const kindOf = useKindName();
  const [filter, setFilter] = useState(everything);
  const audit = useList(["audit", filter], (after, signal) => answer(client.GET("/company/audit", { params: { query: { ...filter, after } }, signal })));
  const columns: Column<Entry>[] = [
    { key: "action", title: t("audit.action"), main: true, render: (row) => <strong>{nameOf(row.action)}</strong> },
    {
      key: "at",
      title: `${t("audit.at")} · ${t("audit.request")}`,
      render: (row) => (
        <>
          {format.instant(row.at)}
          <code className="faint small block">{row.request_id.slice(0, 8)}</code>
        </>
      ),
    },
    {
      key: "actor",
      title: t("audit.actor"),
      render: (row) =>
        row.actor_id !== null ? (
          <button type="button" className="text-button" title={t("audit.only")} onClick={() => setFilter({ ...filter, actor_id: row.actor_id ?? undefined })}>
            {row.actor_name || `#${row.actor_id}`}
          </button>
        ) : (
          <span className="soft">{t(`actors.${row.actor_kind}` as "actors.system", { defaultValue: row.actor_kind })}</span>
        ),
    },
    {
      key: "object",
      title: `${t("audit.object")} · ${t("audit.details")}`,
      render: (row) => (
        <>
          <button type="button" className="text-button" title={t("audit.only")} onClick={() => setFilter({ ...filter, object_kind: row.object_kind, object_id: row.object_id })}>
            {kindOf(row.object_kind)} {row.object_id && `#${row.object_id}`}
          </button>
          <Details details={row.details} />
        </>
      ),
    },
  ];
  return (
    <>
      <Verify />
      <Panel title={t("sections.audit.name")} flush>
        <Filters filter={filter} onChange={setFilter} />
        {audit.error ? (
          <ProblemView error={audit.error} onRetry={audit.retry} />
        ) : (
          <DataTable name={t("sections.audit.name")} tall rows={audit.rows} keyOf={(row) => String(row.id)} nameOf={(row) => nameOf(row.action)} {...audit.table} columns={columns} />
        )}
      </Panel>
    </>
  );
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useTranslation("settings");
  const actions = Object.entries(t("actions", { returnObjects: true }));
  const kinds = Object.entries(t("objects", { returnObjects: true }));
  const narrowed = Object.values(filter).some(Boolean);
  return (
    <div className="panel__body row row--end">
      <Field label={t("audit.action")}>
        <select className="select" value={filter.action} onChange={(event) => onChange({ ...filter, action: event.target.value })}>
          <option value="">{t("audit.all")}</option>
          {actions.map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t("audit.object")}>
        <select className="select" value={filter.object_kind} onChange={(event) => onChange({ ...filter, object_kind: event.target.value, object_id: "" })}>
          <option value="">{t("audit.all")}</option>
          {kinds.map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      {narrowed && (
        <Button kind="text" icon="close" onClick={() => onChange(everything)}>
          {t("audit.clear")}
        </Button>
      )}
    </div>
  );
}

/** Names of fields and digests, as they are written: never personal data. */
function Details({ details }: { details: Entry["details"] }) {
  const shown = Object.entries(details)
    .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(", ");
  if (!shown) return null;
  return (
    <code className="small soft audit__details" title={shown}>
      {shown}
    </code>
  );
}

/** Every entry is sealed with the one before it; this walks the whole chain. */
function Verify() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const verify = useMutation({ mutationFn: () => answer(client.GET("/company/audit/verify")) });
  return (
    <Panel title={t("audit.chain")} actions={<Button icon="shield" disabled={verify.isPending} onClick={() => verify.mutate()}>{t("audit.verify")}</Button>}>
      <p role="status">
        {verify.data
          ? verify.data.whole
            ? t("audit.whole", { formatted: format.number(verify.data.entries) })
            : t("audit.broken", { id: verify.data.first_broken })
          : t("audit.chainText")}
      </p>
      {verify.error && <ProblemView error={verify.error} />}
    </Panel>
  );
}
