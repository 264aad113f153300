import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Button } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import { actsQuery } from "./queries";
import { useUndo } from "./useActs";

/** What people joined and parted, the newest first, each with its way back. */
export function ActsDialog({ customerId, onClose }: { customerId: number; onClose: () => void }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const acts = useQuery(actsQuery(customerId));
  const undo = useUndo();
  const by = (person: { name: string } | null, at: string) => ({ name: person?.name ?? t("history.nobody"), when: format.instant(at) });
  return (
    <Dialog open title={t("history.title")} onClose={onClose}>
      {(acts.error ?? undo.error) && <ProblemView error={acts.error ?? undo.error} onRetry={() => void acts.refetch()} />}
      {acts.isPending && <SkeletonLines />}
      {acts.data?.items.length === 0 && <p className="soft">{t("history.none")}</p>}
      <ol className="stack">
        {acts.data?.items.map((act) => (
          <li key={act.decision} className="row row--apart">
            <span>
              <b>{t(`history.kinds.${act.kind}`)}</b> {act.identities.map((one) => `${one.source} ${one.external_id}`).join(" · ")}
              <span className="small faint block">{t("history.by", by(act.by, act.at))}</span>
              {act.undone_at && <span className="small faint block">{t("history.undone", by(act.undone_by, act.undone_at))}</span>}
            </span>
            {act.may_undo && (
              <Button icon="undo" disabled={undo.isPending} onClick={() => undo.mutate(act.decision)}>
                {t("history.undo")}
              </Button>
            )}
          </li>
        ))}
      </ol>
      <div className="dialog__foot">
        <Button onClick={onClose}>{t("history.close")}</Button>
      </div>
    </Dialog>
  );
}
