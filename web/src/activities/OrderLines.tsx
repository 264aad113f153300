import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { Button } from "../design/Button";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";

/** What was in an order; asked for when somebody wants to see it. */
export function OrderLines({ customerId, order }: { customerId: number; order: Schema<"OrderOut"> }) {
  const { t } = useTranslation("activities");
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const lines = useInfiniteQuery({
    queryKey: ["customers", "lines", customerId, order.id],
    queryFn: ({ pageParam, signal }) => answer(client.GET("/customers/{customer_id}/orders/{order_id}/lines", { params: { path: { customer_id: customerId, order_id: order.id }, query: { after: pageParam } }, signal })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: open,
  });
  return (
    <>
      <button type="button" className="text-button small" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("lines", { count: order.lines_total, formatted: format.number(order.lines_total) })}
      </button>
      {open && lines.isPending && <SkeletonLines count={3} />}
      {lines.error && <ProblemView error={lines.error} onRetry={() => void lines.refetch()} />}
      {open && lines.data && (
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
      {open && lines.hasNextPage && (
        <Button kind="text" onClick={() => void lines.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </>
  );
}
