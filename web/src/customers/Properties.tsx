import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { Problem } from "../api/problem";
import { Button } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { Icon } from "../design/Icon";
import { isMaskedEmail } from "../design/masked";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import { customerQuery, historyQuery } from "./queries";
import type { CustomerDetail } from "./types";
import { useChangeText } from "./useChangeText";

type Property = Schema<"Property">;
type Value = Property["value"];

/** Click to edit, Enter or leaving to save, Escape to leave as it was. Who was slower than somebody else is told so. */
export function Properties({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation("customers");
  const queries = useQueryClient();
  const [history, setHistory] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: (change: Record<string, Value>) => answer(client.PATCH("/customers/{customer_id}", { params: { path: { customer_id: customer.id } }, body: { revision: customer.revision, ...change } as Schema<"Edit"> })),
    onSuccess: (next) => {
      queries.setQueryData(customerQuery(customer.id).queryKey, next);
      void queries.invalidateQueries({ queryKey: ["customers"], predicate: (query) => query.queryKey[1] !== "one" });
    },
    // What the other one wrote is shown at once; what was typed stays in its field, to be saved again or left.
    onError: (error) => {
      if (error instanceof Problem && error.status === 409) void queries.invalidateQueries({ queryKey: customerQuery(customer.id).queryKey });
    },
  });
  const format = useFormat();
  const text = useChangeText();
  const usual = commonest(customer.properties.flatMap(({ origin }) => (origin ? [text.origin(origin.kind, origin.file, origin.row)] : [])));
  const { countries, ...others } = customer.extra;
  const extra = Object.entries(others).filter(([, value]) => value !== null && value !== "" && typeof value !== "object");
  // Since when in which country; with one alone the property above says it all.
  const moves = Array.isArray(countries) && countries.length > 1 ? (countries as [string, string][]) : [];
  return (
    <Panel title={t("properties")}>
      <dl>
        {customer.properties.map((property) => (
          <PropertyLine
            key={property.field}
            property={property}
            usual={usual}
            editable={customer.may_write && property.is_editable}
            masked={(property.field === "phone" && customer.phone_is_masked) || (property.field === "email" && isMaskedEmail(String(property.value ?? "")))}
            onSave={(value) => save.mutateAsync({ [property.field]: value })}
            onHistory={() => setHistory(property.field)}
          />
        ))}
        {moves.length > 0 && (
          <div className="property">
            <dt className="faint small">{t("property.countries")}</dt>
            <dd>{moves.map(([country, day]) => t("countrySince", { country, day: format.day(String(day)) })).join(" · ")}</dd>
          </div>
        )}
        {extra.map(([name, value]) => (
          <div className="property" key={name}>
            <dt className="faint small">{t(`extra.${name as "tags"}`, { defaultValue: name })}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
      {usual && <p className="small faint property__origin">{t("mostly", { origin: usual })}</p>}
      {save.error && <ProblemView error={save.error} />}
      {history !== null && <HistoryDialog customerId={customer.id} field={history} onClose={() => setHistory(null)} />}
    </Panel>
  );
}

/** Said once for all fields that came the same way; what came another way says so itself. */
function commonest(origins: string[]): string | null {
  const counts = new Map<string, number>();
  for (const origin of origins) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most && most[1] > 1 ? most[0] : null;
}

function PropertyLine({ property, usual, editable, masked, onSave, onHistory }: { property: Property; usual: string | null; editable: boolean; masked: boolean; onSave: (value: Value) => Promise<unknown>; onHistory: () => void }) {
  const { t } = useTranslation("customers");
  const text = useChangeText();
  const label = text.field(property.field);
  const { origin } = property;
  const from = origin ? text.origin(origin.kind, origin.file, origin.row) : null;
  const apart = from === usual ? null : from;
  return (
    <div className="property">
      <dt className="faint small">{label}</dt>
      <dd>
        <span className="property__line">
          <Editable property={property} label={label} editable={editable} onSave={onSave} />
          {origin && (
            <button type="button" className="property__history" aria-label={t("historyOf", { field: label })} title={t("historyOf", { field: label })} onClick={onHistory}>
              <Icon name="history" size={16} />
            </button>
          )}
        </span>
        {apart && <span className="small faint block property__origin">{apart}</span>}
        {masked && <span className="small faint block">{t("masked")}</span>}
      </dd>
    </div>
  );
}

const choices: Record<string, readonly string[]> = { kind: ["person", "organisation", "unknown"], contact_allowed: ["yes", "no", "unknown"] };
const inputType: Record<string, string> = { email: "email", phone: "tel" };

function draftOf(property: Property): string {
  if (property.field === "contact_allowed") return property.value === true ? "yes" : property.value === false ? "no" : "unknown";
  return String(property.value ?? "");
}

function valueOf(field: string, draft: string): Value {
  if (field === "contact_allowed") return draft === "yes" ? true : draft === "no" ? false : null;
  return draft.trim();
}

function Editable({ property, label, editable, onSave }: { property: Property; label: string; editable: boolean; onSave: (value: Value) => Promise<unknown> }) {
  const { t } = useTranslation("customers");
  const text = useChangeText();
  const [draft, setDraft] = useState<string | null>(null);
  const shown = text.value(property.field, property.value);
  const options = choices[property.field];
  if (!editable) return <span className="property__text">{shown}</span>;
  if (draft === null) {
    return (
      <button type="button" className="property__value" aria-label={t("edit", { name: label, value: shown })} onClick={() => setDraft(draftOf(property))}>
        {shown}
      </button>
    );
  }
  const finish = async (next: string) => {
    if (next === draftOf(property)) return setDraft(null);
    await onSave(valueOf(property.field, next)).then(
      () => setDraft(null),
      () => undefined,
    );
  };
  if (options) {
    return (
      <select className="select" autoFocus aria-label={label} value={draft} onChange={(event) => (setDraft(event.target.value), void finish(event.target.value))} onBlur={() => setDraft(null)} onKeyDown={(event) => event.key === "Escape" && setDraft(null)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {property.field === "kind" ? t(`kinds.${option as "person"}`) : t(`contact.${option as "yes"}`)}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      autoFocus
      className="input input--wide"
      type={inputType[property.field] ?? "text"}
      maxLength={500}
      aria-label={label}
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={() => void finish(draft)}
      onKeyDown={(event) => {
        if (event.key === "Enter") void finish(draft);
        if (event.key === "Escape") setDraft(null);
      }}
    />
  );
}

export function HistoryDialog({ customerId, field, onClose }: { customerId: number; field: string; onClose: () => void }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const text = useChangeText();
  const history = useQuery(historyQuery(customerId, field));
  return (
    <Dialog open title={t("historyOf", { field: text.field(field) })} onClose={onClose}>
      {history.error && <ProblemView error={history.error} onRetry={() => void history.refetch()} />}
      {history.isPending && <SkeletonLines />}
      {history.data?.items.length === 0 && <p className="soft">{t("historyNone")}</p>}
      <ol className="stack">
        {history.data?.items.map((change, index) => (
          <li key={index}>
            <span>{t("change.values", { before: text.value(change.field, change.before), after: text.value(change.field, change.after) })}</span>
            <span className="small faint block">
              {format.instant(change.at)} · {change.by?.name ?? text.origin(change.kind, change.file)}
            </span>
          </li>
        ))}
      </ol>
      <div className="dialog__foot">
        <Button onClick={onClose}>{t("close")}</Button>
      </div>
    </Dialog>
  );
}
