import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { ProblemView } from "../design/ProblemView";
import { mergeAddress } from "./addresses";

/** Finds the customer to merge with, and leads to both side by side. */
export function MergeSearch({ customerId, onClose }: { customerId: number; onClose: () => void }) {
  const { t } = useTranslation("identities");
  const [text, setText] = useState("");
  const asked = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["search", asked],
    queryFn: ({ signal }) => answer(client.GET("/search", { params: { query: { q: asked, limit: 8 } }, signal })),
    enabled: asked.length > 0,
    placeholderData: (before) => before,
  });
  const others = asked ? (found.data?.customers.filter((one) => one.id !== customerId) ?? []) : [];
  return (
    <Dialog open title={t("merge.search")} onClose={onClose}>
      <input autoFocus type="search" className="input input--wide" aria-label={t("merge.search")} placeholder={t("merge.searchHint")} value={text} onChange={(event) => setText(event.target.value)} />
      {found.error && <ProblemView error={found.error} />}
      <ul className="stack stack--tight merge-found">
        {others.map((one) => (
          <li key={one.id}>
            <Link className="quiet-link row row--apart" to={mergeAddress([customerId, one.id])}>
              <span>
                {one.name || one.external_id}
                <span className="small faint block">{[one.external_id, one.city || one.country].filter(Boolean).join(" · ")}</span>
              </span>
              <span className="tag">{t("merge.searchGo")}</span>
            </Link>
          </li>
        ))}
      </ul>
      {asked && found.data && others.length === 0 && <p className="soft">{t("merge.searchNone")}</p>}
      <div className="dialog__foot">
        <Button onClick={onClose}>{t("merge.leave")}</Button>
      </div>
    </Dialog>
  );
}
