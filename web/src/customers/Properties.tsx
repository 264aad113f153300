import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { customerQuery } from "./queries";
import type { CustomerDetail, Property } from "./types";

const inputType = { text: "text", email: "email", phone: "tel", day: "date", choice: "text", long_text: "text" } as const;

/** Click to edit, Enter or leaving to save, Escape to leave as it was. A stale version is refused by the server. */
export function Properties({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation("customers");
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (change: Record<string, string | null>) => api.patch<CustomerDetail>(`/customers/${customer.id}`, { version: customer.version, ...change }),
    onSuccess: (next) => {
      queries.setQueryData(customerQuery(customer.id).queryKey, next);
      void queries.invalidateQueries({ queryKey: ["customers", "timeline", customer.id] });
    },
  });
  return (
    <Panel title={t("properties")}>
      <dl>
        {customer.properties.map((property) => (
          <div className="property" key={property.field}>
            <dt className="faint small">{property.label}</dt>
            <dd>
              <Editable property={property} onSave={(value) => save.mutate({ [property.field]: value })} />
            </dd>
          </div>
        ))}
      </dl>
      {save.error && <ProblemView error={save.error} />}
    </Panel>
  );
}

function Editable({ property, onSave }: { property: Property; onSave: (value: string | null) => void }) {
  const { t } = useTranslation("customers");
  const [draft, setDraft] = useState<string | null>(null);
  if (!property.editable) return <span>{property.value ?? <span className="faint">–</span>}</span>;
  if (draft === null) {
    return (
      <button type="button" className="property__value" title={property.source ? t("propertySource", { source: property.source }) : undefined} aria-label={t("edit", { name: property.label, value: property.value ?? "–" })} onClick={() => setDraft(property.value ?? "")}>
        {property.value ?? <span className="faint">–</span>}
      </button>
    );
  }
  const finish = () => {
    setDraft(null);
    const value = draft.trim() || null;
    if (value !== property.value) onSave(value);
  };
  return (
    <input
      autoFocus
      className="input input--wide"
      type={inputType[property.kind]}
      aria-label={property.label}
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === "Enter") finish();
        if (event.key === "Escape") setDraft(null);
      }}
    />
  );
}
