import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { SegmentTag } from "./SegmentTag";
import type { CustomerRow } from "./types";

const NONE = <span className="faint">–</span>;

export function useCustomerColumns(): Column<CustomerRow>[] {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const days = (count: number | null) => (count === null ? NONE : t("daysShort", { formatted: format.number(count, { maximumFractionDigits: 0 }) }));
  return [
    {
      key: "name",
      title: t("fields.name"),
      main: true,
      shown: true,
      sortable: true,
      render: (row) => (
        <Link className="table-name" to={`/customers/${row.id}`}>
          {row.name}
        </Link>
      ),
    },
    { key: "spend", title: t("fields.spend"), numeric: true, shown: true, sortable: true, render: (row) => format.money(row.spend_micros) },
    { key: "external_id", title: t("fields.external_id"), shown: true, render: (row) => <span className="soft">{row.external_id}</span> },
    { key: "segment", title: t("fields.segment"), shown: true, render: (row) => <SegmentTag segment={row.segment} /> },
    { key: "orders", title: t("fields.orders"), numeric: true, shown: true, sortable: true, render: (row) => format.number(row.orders) },
    { key: "last_order", title: t("fields.last_order"), numeric: true, shown: true, sortable: true, render: (row) => (row.last_order_on ? format.day(row.last_order_on) : NONE) },
    { key: "days_since_last_order", title: t("fields.days_since_last_order"), numeric: true, render: (row) => days(row.days_since_last_order) },
    { key: "usual_gap_days", title: t("fields.usual_gap_days"), numeric: true, sortable: true, render: (row) => days(row.usual_gap_days) },
    {
      key: "value",
      title: t("fields.value"),
      numeric: true,
      shown: true,
      sortable: true,
      render: (row) =>
        row.expected_value_micros === null ? (
          NONE
        ) : (
          <span title={row.value_low_micros !== null && row.value_high_micros !== null ? `${format.money(row.value_low_micros)} – ${format.money(row.value_high_micros)}` : undefined}>
            {format.money(row.expected_value_micros, { whole: true })}
          </span>
        ),
    },
    { key: "country", title: t("fields.country"), render: (row) => row.country ?? NONE },
    { key: "owner", title: t("fields.owner"), shown: true, render: (row) => row.owner?.name ?? <span className="faint">{t("nobody")}</span> },
  ];
}
