import type { CustomerRow } from "../src/customers/types";
import { generator } from "./random.ts";

/** A made-up company for looking at pages. Nothing here is built into the bundle. */
const random = generator(20260303);
const TODAY = Date.UTC(2026, 2, 3);
const DAY = 86_400_000;
export const day = (offset: number) => new Date(TODAY + offset * DAY).toISOString().slice(0, 10);
export const instant = (offset: number, hour = 9) => new Date(TODAY + offset * DAY + hour * 3_600_000).toISOString();

const han = ["博远贸易", "青禾文具", "华庭家居", "云山茶业", "李慧", "单晓明", "曾思远", "苏州锦绣纺织有限公司", "王建国", "陈雨桐", "海棠花艺", "聚丰五金"];
const latin = ["Harbour Gifts Ltd", "Meyer & Söhne", "Northwind Traders", "A. Okafor", "Blue Door Interiors", "Lindqvist AB", "The Paper Mill", "Rosa Delgado", "Tanaka Shoji", "Kestrel & Co"];
export const people = [
  { id: "u1", name: "林雪" },
  { id: "u2", name: "Anna Berg" },
  { id: "u3", name: "赵磊" },
];
const countries = ["CN", "United Kingdom", "Germany", "France", null];

export const SEGMENT_ORDER = ["champions", "loyal", "potential_loyalists", "new_customers", "promising", "need_attention", "about_to_sleep", "at_risk", "cannot_lose", "hibernating", "lost"] as const;

const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
const micros = (units: number) => Math.round(units * 100) * 10_000;

function customer(index: number): CustomerRow {
  const orders = Math.max(1, Math.round(-Math.log(1 - random()) * 6));
  const basket = 40 + random() * random() * 900;
  const gap = orders > 2 ? 8 + random() * 60 : null;
  const since = Math.round(random() * random() * 400);
  const rank = Math.min(10, Math.floor((since / 420) * 8 + (orders < 3 ? 2 : 0) + random() * 2));
  const expected = orders * basket * Math.exp(-since / 150) * 0.5;
  const scored = orders > 1;
  return {
    id: `c${index}`,
    name: `${pick(random() < 0.5 ? han : latin)}${index > 20 ? ` ${index}` : ""}`,
    external_id: String(12346 + index * 3),
    country: pick(countries),
    segment: { id: SEGMENT_ORDER[rank]!, code: SEGMENT_ORDER[rank]!, name: null },
    orders,
    spend_micros: micros(orders * basket),
    last_order_on: day(-since),
    days_since_last_order: since,
    usual_gap_days: gap,
    value_score: expected,
    expected_value_micros: scored ? micros(expected) : null,
    value_low_micros: scored ? micros(expected * 0.2) : null,
    value_high_micros: scored ? micros(expected * 2.4) : null,
    owner: random() < 0.7 ? pick(people) : null,
    deleted: false,
  };
}

export const customers: CustomerRow[] = Array.from({ length: 2357 }, (_, index) => customer(index)).sort((a, b) => Number(b.spend_micros) - Number(a.spend_micros));
export { micros, random };
