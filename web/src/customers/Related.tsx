import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Tasks } from "../activities/Tasks";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { Icon } from "../design/Icon";
import { IdentitiesPanel } from "../identities/IdentitiesPanel";
import { AssignPopover, useAssign } from "./AssignMenu";
import { HistoryDialog } from "./Properties";
import type { CustomerDetail } from "./types";

/** Who looks after the customer, what is to be done, and under which numbers other systems know them. */
export function Related({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation("customers");
  const assign = useAssign();
  const [history, setHistory] = useState<string | null>(null);
  const people = { owner: customer.owner?.name ?? t("nobody"), team: customer.team?.name ?? t("noTeam") };
  return (
    <div className="stack">
      <Panel title={t("related.care")}>
        <dl>
          {(["owner", "team"] as const).map((part) => (
            <div className="property" key={part}>
              <dt className="faint small">{t(`fields.${part}`)}</dt>
              <dd className="property__line">
                {customer.may_write ? (
                  <AssignPopover parts={[part]} label={people[part]} name={`${t(`fields.${part}`)}: ${people[part]}`} onChoose={(to) => assign.mutate({ whom: { ids: [customer.id] }, to })} />
                ) : (
                  people[part]
                )}
                <button type="button" className="property__history" aria-label={t("historyOf", { field: t(`fields.${part}`) })} title={t("historyOf", { field: t(`fields.${part}`) })} onClick={() => setHistory(part)}>
                  <Icon name="history" size={16} />
                </button>
              </dd>
            </div>
          ))}
        </dl>
        {assign.error && <ProblemView error={assign.error} />}
      </Panel>
      {history !== null && <HistoryDialog customerId={customer.id} field={history} onClose={() => setHistory(null)} />}
      <Tasks customerId={customer.id} />
      <IdentitiesPanel customerId={customer.id} />
    </div>
  );
}
