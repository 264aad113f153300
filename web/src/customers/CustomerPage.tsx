import { useQuery } from "@tanstack/react-query";
import { Trans, useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { orderTimeline } from "../charts/orderTimeline";
import { Timeline } from "../activities/Timeline";
import { AnswerPage } from "../design/AnswerPage";
import { Panel } from "../design/Panel";
import { microsForDrawing } from "../i18n/format";
import { useFormat } from "../i18n/useFormat";
import { Properties } from "./Properties";
import { customerQuery } from "./queries";
import { ScoreCard } from "./ScoreCard";
import { SegmentTag } from "./SegmentTag";
import type { CustomerDetail } from "./types";
import "./customer.css";

export default function CustomerPage() {
  const { id = "" } = useParams();
  const customer = useQuery(customerQuery(id));
  const { t } = useTranslation("customers");
  const format = useFormat();
  const data = customer.data;
  return (
    <AnswerPage
      title={data?.name ?? t("one")}
      loading={customer.isPending}
      error={customer.error}
      onRetry={() => void customer.refetch()}
      answer={data && <CustomerAnswer customer={data} />}
      note={
        data && (
          <span className="row">
            <SegmentTag segment={data.segment} />
            <span>{data.external_id}</span>
            <span>{t("asOf", { day: format.day(data.as_of) })}</span>
          </span>
        )
      }
    >
      {data && <CustomerBody customer={data} />}
    </AnswerPage>
  );
}

function CustomerAnswer({ customer }: { customer: CustomerDetail }) {
  const format = useFormat();
  const whole = (value: number) => format.number(value, { maximumFractionDigits: 0 });
  const values = { gap: whole(customer.usual_gap_days ?? 0), since: whole(customer.days_since_last_order ?? 0), name: customer.name, count: customer.orders };
  const change = customer.change && {
    from: format.money(customer.change.from_micros, { whole: true }),
    to: format.money(customer.change.to_micros, { whole: true }),
    days: whole(customer.change.days),
  };
  const key = customer.last_order_on === null ? "story.none" : customer.usual_gap_days === null ? "story.once" : "story.regular";
  return (
    <>
      <Trans ns="customers" i18nKey={key} values={values} components={{ b: <b /> }} />
      {change && <Trans ns="customers" i18nKey="story.change" values={change} components={{ b: <b /> }} />}
    </>
  );
}

function CustomerBody({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation("customers");
  const context = useChartContext();
  const { format } = context;
  const drawing = orderTimeline(
    customer.orders_shown.map((order) => ({
      key: order.id,
      day: order.ordered_on,
      amount: microsForDrawing(order.amount_micros),
      amountText: format.money(order.amount_micros),
    })),
    customer.as_of,
    customer.expected_next,
    context,
  );
  return (
    <>
      <ChartFrame title={t("timeline.picture")} drawing={drawing} file={`orders-${customer.external_id}`} />
      <div className="customer-columns">
        <div className="stack">
          <ScoreCard customer={customer} />
          <Properties customer={customer} />
        </div>
        <Timeline customerId={customer.id} />
        <div className="stack">
          <Panel title={t("related.products")}>
            <ul className="stack stack--tight">
              {customer.related.products.map((product) => (
                <li className="row row--apart" key={product.name}>
                  <span className="related-name">{product.name}</span>
                  <span className="soft">{format.money(product.spend_micros, { whole: true })}</span>
                </li>
              ))}
            </ul>
          </Panel>
          <Panel title={t("related.sources")}>
            <ul className="stack stack--tight">
              {customer.related.imports.map((source) => (
                <li className="row row--apart" key={source.id}>
                  <span className="related-name">{source.name}</span>
                  <span className="soft">{t("related.records", { count: source.records, formatted: format.number(source.records) })}</span>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      </div>
    </>
  );
}
