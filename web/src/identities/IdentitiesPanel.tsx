import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, ButtonLink } from "../design/Button";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import { ActsDialog } from "./ActsDialog";
import { useBits, useEvidenceWords } from "./evidence";
import { MergeSearch } from "./MergeSearch";
import { PartDialog } from "./PartDialog";
import { membersQuery } from "./queries";
import type { Member } from "./types";
import "./identities.css";

/** Under which numbers other systems know a customer, how each was linked, and the way to part or to merge. */
export function IdentitiesPanel({ customerId }: { customerId: number }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const query = useQuery(membersQuery(customerId));
  const [parting, setParting] = useState<Member | null>(null);
  const [open, setOpen] = useState<"merge" | "history" | null>(null);
  const data = query.data;
  return (
    <Panel title={t("panel.title")}>
      {query.error && <ProblemView error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonLines count={2} />}
      <ul className="stack stack--tight">
        {data?.items.map((member) => (
          <li key={member.identity} className="member">
            <span className="row row--apart">
              <span className="sides__id">{member.external_id}</span>
              <span className="tag">{member.source}</span>
            </span>
            <span className="small soft">
              <Linked member={member} alone={data.total === 1} />
              {Boolean(member.orders) && ` · ${t("panel.orders", { count: member.orders ?? 0, formatted: format.number(member.orders ?? 0) })}`}
            </span>
            {data.may_write && data.total > 1 && (
              <span>
                <button type="button" className="text-button small" aria-label={t("panel.partOf", { name: member.external_id })} onClick={() => setParting(member)}>
                  {t("panel.part")}
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {data && data.total > data.items.length && <p className="small faint">{t("panel.more", { formatted: format.number(data.items.length) })}</p>}
      {data && (
        <div className="member__actions">
          {data.may_write && (
            <Button icon="merge" onClick={() => setOpen("merge")}>
              {t("panel.merge")}
            </Button>
          )}
          <ButtonLink icon="table" to={`/customers/${customerId}/fields`}>
            {t("panel.fields")}
          </ButtonLink>
          <Button icon="history" onClick={() => setOpen("history")}>
            {t("panel.history")}
          </Button>
        </div>
      )}
      {parting && <PartDialog customerId={customerId} member={parting} onClose={() => setParting(null)} />}
      {open === "merge" && <MergeSearch customerId={customerId} onClose={() => setOpen(null)} />}
      {open === "history" && <ActsDialog customerId={customerId} onClose={() => setOpen(null)} />}
    </Panel>
  );
}

function Linked({ member, alone }: { member: Member; alone: boolean }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const words = useEvidenceWords();
  const bits = useBits();
  const { link } = member;
  const named = member.values.name ?? member.values.company ?? "";
  if (!link) return <>{alone ? named : [named, t("panel.oldest")].filter(Boolean).join(" · ")}</>;
  const when = link.decided_at ? format.instant(link.decided_at) : "";
  const how =
    link.by === "person"
      ? t(link.decided_by ? "panel.person" : "panel.personGone", { name: link.decided_by?.name ?? "", when })
      : link.by === "key"
        ? t(`panel.key.${link.key}`)
        : t("panel.model", { reasons: link.evidence.slice(0, 2).map((one) => `${words(one)} ${bits(one.bits)}`).join(" · ") });
  return <>{[named, how].filter(Boolean).join(" · ")}</>;
}
