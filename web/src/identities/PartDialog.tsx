import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import { membersQuery, partQuery } from "./queries";
import type { Member } from "./types";
import { useMoved, useUndo } from "./useActs";

/** Says what goes where before a record is parted; afterwards offers the way back. */
export function PartDialog({ customerId, member, onClose }: { customerId: number; member: Member; onClose: () => void }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const moved = useMoved();
  const [done, setDone] = useState<number | null>(null);
  // The oldest leads the group: parting it is parting all the others from it.
  const others = useQuery(membersQuery(customerId)).data?.items ?? [];
  const identities = member.link === null ? others.filter((one) => one.identity !== member.identity).map((one) => one.identity) : [member.identity];
  const preview = useQuery({ ...partQuery(customerId, identities), enabled: done === null });
  const part = useMutation({
    mutationFn: () => answer(client.POST("/identities/customers/{customer_id}/part", { params: { path: { customer_id: customerId } }, body: { identities } })),
    onSuccess: ({ decision }) => setDone(decision),
  });
  const undo = useUndo(onClose);
  // What is shown behind the dialog is asked for again when it is left: until then it says what was asked about.
  const leave = () => {
    if (done !== null) moved();
    onClose();
  };
  const figures = (["orders", "interactions", "notes", "tasks", "calls"] as const).filter((name) => preview.data?.items.some((share) => share[name]));
  return (
    <Dialog open title={t("part.title", { name: member.external_id })} onClose={leave}>
      {done === null ? <p className="soft">{t("part.lead")}</p> : <p role="status">{t("part.done")}</p>}
      {(preview.error ?? part.error ?? undo.error) && <ProblemView error={preview.error ?? part.error ?? undo.error} />}
      {preview.isPending && done === null && <SkeletonLines />}
      <div className="part-shares">
        {preview.data?.items.map((share) => (
          <section key={share.customer} className="part-share" aria-label={t("part.goes", { id: share.customer })}>
            <span className="row row--apart">
              <b>{t("part.goes", { id: share.customer })}</b>
              <span className="tag">{t(share.customer === customerId ? "part.stays" : "part.back")}</span>
            </span>
            <span>{share.identities.map((one) => `${one.source} ${one.external_id}`).join(" · ")}</span>
            <dl className="part-figures">
              {figures.map((name) => (
                <div key={name}>
                  <dt className="small faint">{t(`part.${name}`)}</dt>
                  <dd>{format.number(share[name] ?? 0)}</dd>
                </div>
              ))}
              {share.spend_micros !== null && (
                <div>
                  <dt className="small faint">{t("part.spend")}</dt>
                  <dd>{format.money(share.spend_micros)}</dd>
                </div>
              )}
            </dl>
          </section>
        ))}
      </div>
      <div className="dialog__foot">
        <Button onClick={leave}>{t(done === null ? "part.keep" : "history.close")}</Button>
        {done === null ? (
          <Button kind="danger" icon="part" disabled={part.isPending || !preview.data} onClick={() => part.mutate()}>
            {t("part.do")}
          </Button>
        ) : (
          <Button icon="undo" disabled={undo.isPending} onClick={() => undo.mutate(done)}>
            {t("part.undo")}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
