import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Column } from "../design/table/types";
import { microsOf } from "../i18n/format";
import { useFormat } from "../i18n/useFormat";
import { intervalText } from "./ScoreCard";
import { SegmentTag } from "./SegmentTag";
import type { CustomerRow } from "./types";

const NONE = <span className="faint">–</span>;
// So many usual gaps after the last order somebody is no longer late but gone (``worklists/overdue.py``).
const LAPSED_GAPS = 3;

/** Every field that the list has. The key of a sortable column is the server's name of its order. */
export function useCustomerColumns(): Column<CustomerRow>[] {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const money = (text: string | null, whole = false) => (text === null ? NONE : format.money(format.worthOf(microsOf(text)), { whole }));
  const count = (value: number | null) => (value === null ? NONE : format.number(value));
  const days = (value: number | null) => (value === null ? NONE : t("daysShort", { formatted: format.number(value, { maximumFractionDigits: 0 }) }));
  const day = (value: string | null) => (value === null ? NONE : format.day(value));
  const share = (value: number | null) => (value === null ? NONE : format.percent(value));
  const word = format.isWorth ? "worth" : "money";
  return [
    { key: "name", title: t("fields.name"), main: true, shown: true, sortable: true, render: (row) => <NameOf row={row} /> },
    { key: "spend", title: t(`${word}.spend`), numeric: true, shown: true, sortable: true, render: (row) => money(row.spend) },
    { key: "orders", title: t("fields.orders"), numeric: true, shown: true, sortable: true, render: (row) => count(row.orders) },
    { key: "last_order_on", title: t("fields.last_order_on"), numeric: true, shown: true, sortable: true, render: (row) => day(row.last_order_on) },
    { key: "usual_gap_days", title: t("fields.usual_gap_days"), numeric: true, render: (row) => days(row.usual_gap_days) },
    { key: "overdue_days", title: t("fields.overdue_days"), numeric: true, shown: true, sortable: true, render: (row) => (row.overdue_days !== null && row.overdue_days > 0 ? days(row.overdue_days) : <Lapsed row={row} />) },
    { key: "at_stake", title: t(`${word}.at_stake`), numeric: true, sortable: true, render: (row) => money(row.at_stake) },
    { key: "value_score", title: t(`${word}.expected`), numeric: true, shown: true, sortable: true, render: (row) => <Expected row={row} money={money} /> },
    { key: "mean_order", title: t(`${word}.mean_order`), numeric: true, render: (row) => money(row.mean_order) },
    { key: "expected_orders", title: t("fields.expected_orders"), numeric: true, render: (row) => count(row.expected_orders) },
    { key: "probability_active", title: t("fields.probability_active"), numeric: true, render: (row) => share(row.probability_active) },
    { key: "segment", title: t("fields.segment"), shown: true, render: (row) => <SegmentTag segment={row.segment} /> },
    { key: "external_id", title: t("fields.external_id"), render: (row) => <span className="soft">{row.external_id}</span> },
    { key: "first_order_on", title: t("fields.first_order_on"), numeric: true, render: (row) => day(row.first_order_on) },
    { key: "country", title: t("fields.country"), shown: true, spare: true, render: (row) => row.country || NONE },
    { key: "city", title: t("fields.city"), render: (row) => row.city || NONE },
    { key: "owner", title: t("fields.owner"), shown: true, render: (row) => row.owner?.name ?? <span className="faint">{t("nobody")}</span> },
    { key: "team", title: t("fields.team"), render: (row) => row.team?.name ?? NONE },
    { key: "contact_allowed", title: t("fields.contact_allowed"), render: (row) => (row.contact_allowed === false ? <NoContact /> : row.contact_allowed ? t("contact.yes") : NONE) },
  ];
}

/** Who has been away for more than three usual gaps is on no list of late ones: said in a word, not as if all were well. */
function Lapsed({ row }: { row: CustomerRow }) {
  const { t } = useTranslation("customers");
  return isLapsed(row) ? <span className="soft" title={t("lapsedHint")}>{t("lapsed")}</span> : NONE;
}

export function isLapsed(row: Pick<CustomerRow, "usual_gap_days" | "last_order_on" | "as_of">): boolean {
  if (row.usual_gap_days === null || row.last_order_on === null || row.as_of === null) return false;
  const away = (Date.parse(row.as_of) - Date.parse(row.last_order_on)) / 86_400_000;
  return away > LAPSED_GAPS * row.usual_gap_days;
}

/** Where the ranking alone could be stood behind there is no amount, but a place. */
function Expected({ row, money }: { row: CustomerRow; money: (text: string | null, whole?: boolean) => React.ReactNode }) {
  const { t } = useTranslation("customers");
  const format = useFormat();
  if (row.expected_value === null) return row.value_rank === null ? NONE : <span className="soft">{t("place", { rank: format.number(row.value_rank) })}</span>;
  const end = (text: string) => format.money(format.worthOf(microsOf(text)), { whole: true });
  const range = row.value_low !== null && row.value_high !== null ? t(intervalText(Number(row.expected_value), Number(row.value_high)), { low: end(row.value_low), high: end(row.value_high) }) : undefined;
  return <span title={range}>{money(row.expected_value, true)}</span>;
}

export function NoContact() {
  const { t } = useTranslation("customers");
  return <span className="tag tag--attention">{t("contact.no")}</span>;
}

/** Files of orders often have no names: then the number is what people call the customer. */
export function nameOf(row: { name: string | null; external_id: string | null; id: number }): string {
  return row.name || row.external_id || `#${row.id}`;
}

function NameOf({ row }: { row: CustomerRow }) {
  return (
    <span className="name-cell">
      <Link className="table-name" to={`/customers/${row.id}`}>
        {nameOf(row)}
      </Link>
      {row.contact_allowed === false && <NoContact />}
    </span>
  );
}
