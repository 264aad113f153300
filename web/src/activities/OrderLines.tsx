import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { Button } from "../design/Button";
import { Dialog } from "../design/Dialog";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import "./timeline.css";

type Order = Schema<"OrderOut">;

/** What was in an order; asked for when somebody wants to see it. */
export function OrderLines({ customerId, order }: { customerId: number; order: Order }) {
  const { t } = useTranslation("activities");
  const format = useFormat();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="text-button small" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("lines", { count: order.lines_total, formatted: format.number(order.lines_total) })}
      </button>
      {open && <Lines customerId={customerId} orderId={order.id} />}
    </>
  );
}

/** One order by itself, as a mark of a picture opens it. */
export function OrderDialog({ customerId, order, onClose }: { customerId: number; order: Order; onClose: () => void }) {
  const { t } = useTranslation("activities");
  const format = useFormat();
  const lines = t("lines", { count: order.lines_total, formatted: format.number(order.lines_total) });
  return (
    <Dialog open title={t("ordered", { number: order.number || order.external_id })} onClose={onClose}>
      <p className="row row--apart">
        <span className="soft">{[format.instant(order.ordered_at), lines].join(" · ")}</span>
        <strong>{format.amount(order.value)}</strong>
      </p>
      <Lines customerId={customerId} orderId={order.id} />
      <div className="dialog__foot">
        <Button onClick={onClose}>{t("close")}</Button>
      </div>
    </Dialog>
  );
}

function Lines({ customerId, orderId }: { customerId: number; orderId: number }) {
  const { t } = useTranslation("activities");
  const format = useFormat();
  const lines = useInfiniteQuery({
    queryKey: ["customers", "lines", customerId, orderId],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/customers/{customer_id}/orders/{order_id}/lines", { params: { path: { customer_id: customerId, order_id: orderId }, query: { after: pageParam } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return (
    <>
      {lines.isPending && <SkeletonLines count={3} />}
      {lines.error && <ProblemView error={lines.error} onRetry={() => void lines.refetch()} />}
      {lines.data && (
        <ul className="order-lines small">
          {lines.data.pages
            .flatMap((page) => page.items)
            .map((line) => (
              <li key={line.id} className="row row--apart">
                <span className="related-name">{line.description || line.product_code}</span>
                <span className="soft">
                  {line.quantity} × {format.amount(line.unit_price)}
                </span>
                <span>{format.amount(line.amount)}</span>
              </li>
            ))}
        </ul>
      )}
      {lines.hasNextPage && (
        <Button kind="text" onClick={() => void lines.fetchNextPage()}>
          {t("moreLines")}
        </Button>
      )}
    </>
  );
}
