import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { OrderDialog } from "../activities/OrderLines";
import { Timeline } from "../activities/Timeline";
import { answer, client } from "../api/client";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { orderTimeline } from "../charts/orderTimeline";
import { AnswerPage } from "../design/AnswerPage";
import { Button } from "../design/Button";
import { ProblemView } from "../design/ProblemView";
import { Skeleton } from "../design/Skeleton";
import { microsForDrawing, microsOf } from "../i18n/format";
import { useFormat } from "../i18n/useFormat";
import { NoContact, nameOf } from "./columns";
import { Properties } from "./Properties";
import { customerQuery, ordersQuery } from "./queries";
import { Related } from "./Related";
import { ScoreCard } from "./ScoreCard";
import { SegmentTag } from "./SegmentTag";
import type { CustomerDetail } from "./types";
import { useChangeText } from "./useChangeText";
import "./customer.css";

export default function CustomerPage() {
  const id = Number(useParams().id);
  const [deleted, setDeleted] = useState<CustomerDetail | null>(null);
  const customer = useQuery({ ...customerQuery(id), enabled: deleted === null });
  const { t } = useTranslation("customers");
  const data = customer.data;
  if (deleted) return <Deleted customer={deleted} onRestored={() => setDeleted(null)} />;
  return (
    <AnswerPage
      title={data ? nameOf(data) : t("one")}
      loading={customer.isPending}
      error={customer.error}
      onRetry={() => void customer.refetch()}
      answer={data && <CustomerAnswer customer={data} />}
      note={data && <Note customer={data} />}
      actions={data?.may_write && <DeleteButton customer={data} onDeleted={() => setDeleted(data)} />}
    >
      {data && <CustomerBody customer={data} />}
    </AnswerPage>
  );
}

function Note({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const mayNot = customer.properties.some((property) => property.field === "contact_allowed" && property.value === false);
  return (
    <span className="row">
      <SegmentTag segment={customer.row?.segment} />
      {mayNot && <NoContact />}
      <span>{customer.external_id}</span>
      <span>
        {customer.facts.data_to
          ? t("asOfBack", { day: format.day(customer.facts.reference_on), to: format.day(customer.facts.data_to) })
          : t("asOf", { day: format.day(customer.facts.reference_on) })}
      </span>
    </span>
  );
}

function CustomerAnswer({ customer }: { customer: CustomerDetail }) {
  const format = useFormat();
  const { t } = useTranslation("customers");
  const changeText = useChangeText();
  const whole = (value: number | null | undefined) => format.number(value ?? 0, { maximumFractionDigits: 0 });
  const { usual_gap_days: gap, days_since_last_order: since, last_change: change } = customer.facts;
  const orders = customer.row?.orders ?? 0;
  const key = since === null ? "story.none" : gap === null ? "story.once" : "story.regular";
  return (
    <>
      <Trans ns="customers" i18nKey={key} values={{ gap: whole(gap), since: whole(since), formatted: whole(orders) }} count={orders} components={{ b: <b /> }} />
      {change && change.kind !== "customer" && change.kind !== "buyer" && t("story.change", { what: changeText.brief(change), when: format.instant(change.at) })}
    </>
  );
}

function CustomerBody({ customer }: { customer: CustomerDetail }) {
  return (
    <>
      <Orders customer={customer} />
      <div className="customer-columns">
        <div className="stack">
          <ScoreCard customer={customer} />
          <Properties customer={customer} />
        </div>
        <Timeline customerId={customer.id} mayWrite={customer.may_write} />
        <Related customer={customer} />
      </div>
    </>
  );
}

function Orders({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation("customers");
  const context = useChartContext();
  const { format } = context;
  const orders = useQuery(ordersQuery(customer.id));
  const [opened, setOpened] = useState<string | null>(null);
  if (orders.error) return <ProblemView error={orders.error} onRetry={() => void orders.refetch()} />;
  if (!orders.data) return <Skeleton height={240} />;
  const { items, next } = orders.data;
  if (items.length === 0) return null;
  // Cancelled and returned orders stand in the timeline; drawn is what the rhythm counts, free orders too.
  const kept = items.filter((order) => order.is_order);
  const { usual_gap_days: gap, usual_gap_low_days: low, usual_gap_high_days: high } = customer.facts;
  const usual = low === null || high === null ? null : { lowDays: low, highDays: high };
  const drawing = orderTimeline(
    kept.map((order) => ({ key: String(order.id), day: order.ordered_on, amount: microsForDrawing(microsOf(order.value)), amountText: format.amount(order.value) })),
    // What the timeline calls today: the end of the data, also where the scores look back.
    customer.facts.data_to ?? customer.facts.reference_on,
    usual,
    context,
  );
  const order = kept.find((each) => String(each.id) === opened);
  const notes = [usual && t("timeline.band", { gap: format.number(gap ?? 0, { maximumFractionDigits: 0 }) }), next !== null && t("timeline.newest", { formatted: format.number(items.length) }), t("timeline.open")].filter(Boolean).join(" ");
  return (
    <>
      <ChartFrame title={t("timeline.picture")} note={notes} drawing={drawing} file={`orders-${customer.external_id}`} onSelect={setOpened} />
      {order && <OrderDialog key={order.id} customerId={customer.id} order={order} onClose={() => setOpened(null)} />}
    </>
  );
}

/** Deleting takes a customer out of lists and can be taken back at once, or later from the list of deleted ones. */
function DeleteButton({ customer, onDeleted }: { customer: CustomerDetail; onDeleted: () => void }) {
  const { t } = useTranslation("customers");
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => answer(client.DELETE("/customers/{customer_id}", { params: { path: { customer_id: customer.id } } })),
    onSuccess: () => {
      onDeleted();
      // The deleted one itself is no longer there to be asked for.
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === "worklist" || (queryKey[0] === "customers" && queryKey[2] !== customer.id) });
    },
  });
  return (
    <>
      <Button icon="trash" disabled={remove.isPending} onClick={() => remove.mutate()}>
        {t("delete")}
      </Button>
      {remove.error && <ProblemView error={remove.error} />}
    </>
  );
}

function Deleted({ customer, onRestored }: { customer: CustomerDetail; onRestored: () => void }) {
  const { t } = useTranslation("customers");
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: () => answer(client.POST("/customers/{customer_id}/restore", { params: { path: { customer_id: customer.id } } })),
    onSuccess: (next) => {
      queries.setQueryData(customerQuery(customer.id).queryKey, next);
      void queries.invalidateQueries({ queryKey: ["customers"] });
      onRestored();
    },
  });
  return (
    <AnswerPage title={nameOf(customer)} answer={t("deleted.done")} note={t("deleted.kept")}>
      <div>
        <Button kind="primary" icon="undo" disabled={restore.isPending} onClick={() => restore.mutate()}>
          {t("deleted.restore")}
        </Button>
      </div>
      {restore.error && <ProblemView error={restore.error} />}
    </AnswerPage>
  );
}
