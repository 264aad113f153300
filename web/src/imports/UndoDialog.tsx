import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { importKey } from "./queries";
import type { ImportRow } from "./types";

/** Says what goes and what stays before it goes. */
export function UndoDialog({ row, onClose }: { row: ImportRow; onClose: () => void }) {
  const { t } = useTranslation("imports");
  const format = useFormat();
  const queries = useQueryClient();
  const undo = useMutation({
    mutationFn: () => answer(client.POST("/imports/{import_id}/undo", { params: { path: { import_id: row.id } } })),
    onSuccess: (next) => {
      queries.setQueryData(importKey(row.id), next);
      void queries.invalidateQueries({ queryKey: ["imports"] });
      onClose();
    },
  });
  const { stored = 0, new_orders = 0, changed_orders = 0, new_customers = 0 } = row.counts;
  const count = (value: number) => ({ count: value, formatted: format.number(value) });
  return (
    <Dialog open title={t("undoWhat", { name: row.name })} onClose={onClose}>
      <ul className="goes">
        <li>{t("undoGoes.rows", count(stored))}</li>
        {new_orders > 0 && <li>{t("undoGoes.orders", count(new_orders))}</li>}
        {changed_orders > 0 && <li>{t("undoGoes.changed", count(changed_orders))}</li>}
        {new_customers > 0 && <li>{t("undoGoes.customers", count(new_customers))}</li>}
      </ul>
      <p className="soft">{t("undoStays")}</p>
      {undo.error && <ProblemView error={undo.error} />}
      <div className="dialog__foot">
        <Button onClick={onClose}>{t("keep")}</Button>
        <Button kind="danger" icon="undo" disabled={undo.isPending} onClick={() => undo.mutate()}>
          {t("undo")}
        </Button>
      </div>
    </Dialog>
  );
}
