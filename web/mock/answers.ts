import type { CustomerDetail, CustomerRow } from "../src/customers/types";
import { SEGMENT_ORDER, customers, day, instant, micros, people, random } from "./company.ts";

/** `zh` decides the words that the real server would render for the reader. */
export interface Asked {
  query: URLSearchParams;
  zh: boolean;
  parts: string[];
  method: string;
}

type Answer = unknown;
const say = (asked: Asked, zh: string, en: string) => (asked.zh ? zh : en);
const reason = (asked: Asked, code: string, zh: string, en: string) => ({ code, text: say(asked, zh, en) });

const sorts: Record<string, (row: CustomerRow) => number | string> = {
  spend: (row) => Number(row.spend_micros),
  name: (row) => row.name,
  orders: (row) => row.orders,
  last_order: (row) => row.last_order_on ?? "",
  value: (row) => Number(row.expected_value_micros ?? -1),
  usual_gap_days: (row) => row.usual_gap_days ?? -1,
};

export function customerPage({ query }: Asked): Answer {
  const q = query.get("q")?.toLowerCase();
  const segment = query.get("segment") ?? query.get("segment_id");
  const sort = query.get("sort") ?? "-spend";
  const key = sorts[sort.replace("-", "")] ?? sorts.spend!;
  const found = customers
    .filter((row) => (!q || row.name.toLowerCase().includes(q) || row.external_id.includes(q)) && (!segment || row.segment?.code === segment || segment.startsWith("s")))
    .sort((a, b) => ((key(a) > key(b) ? 1 : -1) * (sort.startsWith("-") ? -1 : 1)));
  const from = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 50);
  return { items: found.slice(from, from + limit), next_cursor: from + limit < found.length ? String(from + limit) : null, total: found.length };
}

export const customersSummary = (): Answer => ({
  as_of: day(0),
  customers: customers.length,
  ordered_last_90_days: customers.filter((row) => (row.days_since_last_order ?? 999) <= 90).length,
  spend_micros: customers.reduce((sum, row) => sum + Number(row.spend_micros), 0),
  top_fifth_spend_share: 0.614,
});

export function customerDetail(asked: Asked): Answer {
  const row = customers.find((each) => each.id === asked.parts[1]) ?? customers[0]!;
  const gap = 23;
  const detail: Partial<CustomerDetail> = {
    ...row,
    usual_gap_days: gap,
    days_since_last_order: 31,
    version: 3,
    currency: "GBP",
    first_order_on: day(-520),
    change: { from_micros: micros(2110), to_micros: micros(1430.5), days: 91 },
    expected_next: { from: day(-12), to: day(6) },
    as_of: day(0),
    properties: [
      { field: "name", label: say(asked, "名称", "Name"), value: row.name, kind: "text", editable: true, source: "orders.csv" },
      { field: "phone", label: say(asked, "电话", "Phone"), value: "+86 138 0000 4321", kind: "phone", editable: true, source: "crm.xlsx" },
      { field: "email", label: say(asked, "邮箱", "E-mail"), value: "hello@example.com", kind: "email", editable: true, source: "crm.xlsx" },
      { field: "country", label: say(asked, "国家", "Country"), value: row.country, kind: "text", editable: true, source: "orders.csv" },
      { field: "owner", label: say(asked, "负责人", "Owner"), value: row.owner?.name ?? null, kind: "text", editable: false, source: null },
      { field: "consent", label: say(asked, "营销许可", "Consent"), value: say(asked, "未说明", "not stated"), kind: "text", editable: false, source: null },
    ],
    score: {
      kind: "value",
      horizon_days: 91,
      as_of: day(0),
      expected_micros: micros(1240),
      low_micros: 0,
      high_micros: micros(3900),
      expected_orders: 3.1,
      probability_active: 0.86,
      rank: 37,
      of: customers.length,
      trend: "down",
      source: "model",
      reasons: [
        { reason: reason(asked, "frequent", "一年里下了16单，比九成客户多", "16 orders in a year, more than nine in ten customers"), effect: "raises" },
        { reason: reason(asked, "basket", "平均每单£214", "£214 an order on average"), effect: "raises" },
        { reason: reason(asked, "late", "比平常的间隔晚了8天", "8 days later than the usual gap"), effect: "lowers" },
      ],
      prediction_id: "p91",
    },
    no_score: null,
    orders_shown: Array.from({ length: 18 }, (_, index) => ({ id: `o${index}`, external_id: `5363${65 + index}`, ordered_on: day(-31 - (17 - index) * gap - ((index * 7) % 9)), amount_micros: micros(90 + ((index * 137) % 320)), lines: 4 })),
    related: {
      products: [
        { name: "WHITE HANGING HEART T-LIGHT HOLDER", orders: 9, spend_micros: micros(412.3) },
        { name: "陶瓷马克杯 350ml", orders: 6, spend_micros: micros(288) },
        { name: "REGENCY CAKESTAND 3 TIER", orders: 4, spend_micros: micros(204.5) },
      ],
      imports: [
        { id: "i1", name: "online_retail.csv", records: 212 },
        { id: "i2", name: "crm.xlsx", records: 1 },
      ],
    },
  };
  return detail;
}

export const timeline = (asked: Asked): Answer => {
  const kinds = asked.query.getAll("kinds").flatMap((each) => each.split(","));
  const entry = (id: string, kind: string, at: number, zh: string, en: string, more = {}) => ({ id, kind, at: instant(at), by: null, title: say(asked, zh, en), detail: null, amount_micros: null, done: null, due_on: null, ...more });
  const items = [
    entry("1", "call", -2, "打电话：没接", "Call: no answer", { by: people[1] }),
    entry("2", "note", -9, "备注", "Note", { by: people[0], detail: say(asked, "下个月搬仓库，搬完再谈补货。", "Moving warehouse next month; talk about restocking after that.") }),
    entry("3", "task", -9, "待办：搬完后联系", "Task: call after the move", { by: people[0], due_on: day(5), done: false }),
    entry("4", "order", -31, "订单 536382，4 行", "Order 536382, 4 lines", { amount_micros: micros(286.4) }),
    entry("5", "return", -44, "退货 C536379", "Return C536379", { amount_micros: micros(-27.5) }),
    entry("6", "change", -60, "电话 改为 +86 138 0000 4321", "Phone changed to +86 138 0000 4321", { by: people[2] }),
    entry("7", "import", -61, "由 crm.xlsx 补充资料", "Details added by crm.xlsx"),
  ];
  return { items: items.filter((item) => kinds.length === 0 || kinds[0] === "" || kinds.includes(item.kind)), next_cursor: null, total: items.length };
};

export function worklist(asked: Asked): Answer {
  const items = customers
    .filter((row) => row.orders > 3)
    .slice(0, 37)
    .map((row, index) => {
      const overdue = 3 + ((index * 13) % 34);
      return {
        id: `w${index}`,
        customer: { id: row.id, name: row.name, external_id: row.external_id, phone: "+86 138 0000 4321" },
        segment: row.segment,
        usual_gap_days: 20 + (index % 9),
        days_since_last_order: 20 + (index % 9) + overdue,
        overdue_days: overdue,
        usual_spend_micros: micros(Number(row.spend_micros) / row.orders / 1e6),
        last_order_on: day(-20 - (index % 9) - overdue),
        owner: row.owner,
        state: index === 5 ? "done" : index === 7 ? "called" : "open",
        last_outcome: index === 5 ? "will_order" : index === 7 ? "no_answer" : null,
        reason: reason(asked, "overdue", `平常每 ${20 + (index % 9)} 天下一单，已经晚了 ${overdue} 天`, `Usually orders every ${20 + (index % 9)} days; ${overdue} days late`),
      };
    })
    .sort((a, b) => b.overdue_days * b.usual_spend_micros - a.overdue_days * a.usual_spend_micros);
  const open = items.filter((item) => item.state !== "done");
  return { as_of: day(0), open: open.length, at_stake_micros: open.reduce((sum, item) => sum + item.usual_spend_micros, 0), done_today: 1, total: items.length, items, next_cursor: null };
}

export function segments(asked: Asked): Answer {
  const total = customers.reduce((sum, row) => sum + Number(row.spend_micros), 0);
  const items = SEGMENT_ORDER.map((code) => {
    const rows = customers.filter((row) => row.segment?.code === code);
    const spend = rows.reduce((sum, row) => sum + Number(row.spend_micros), 0);
    return {
      id: code, code, name: null, kind: "rfm", customers: rows.length, spend_micros: spend, spend_share: spend / total,
      traits: [reason(asked, "trait", "下单比平均多2.3倍，最近30天来过", "Orders 2.3 times the average, seen in 30 days")],
      spend_afterwards_micros: rows.length ? Math.round(spend / rows.length / 5 / 10000) * 10000 : null, owner: null,
    };
  }).filter((item) => item.customers > 0);
  const own = { id: "s1", code: "own-1", name: say(asked, "华东大客户", "Large, east"), kind: "rule", customers: 84, spend_micros: micros(412_330), spend_share: 0.112, traits: [], spend_afterwards_micros: null, owner: people[0] };
  return {
    as_of: day(0),
    headline: { customers: 312, spend_share: 0.584, of_customers: customers.length },
    rfm: Array.from({ length: 25 }, (_, index) => {
      const [recency, frequency] = [1 + Math.floor(index / 5), 1 + (index % 5)];
      const count = Math.round(260 * Math.exp(-Math.abs(recency - frequency) / 1.6) * (0.5 + ((index * 7) % 10) / 10));
      return { recency, frequency, code: SEGMENT_ORDER[Math.min(10, Math.max(0, 10 - recency - frequency))]!, customers: count, spend_share: (count * frequency * frequency) / 22_000 };
    }),
    verdict: { kind: "bands", reason: reason(asked, "not_stable", "聚类在重复抽样中不够稳定（0.61，需要0.80），所以按实用分档显示。", "Clusters did not hold under resampling (0.61 of the 0.80 needed), so practical bands are shown.") },
    segments: [...items, own],
  };
}

export const segmentDetail = (asked: Asked): Answer => {
  const all = (segments(asked) as { segments: { id: string; kind: string }[] }).segments;
  const found = all.find((each) => each.id === asked.parts[1]) ?? all[0]!;
  return { ...found, rule: found.kind === "rule" ? { all: true, parts: [{ field: "orders", op: "at_least", value: "3" }, { all: false, parts: [{ field: "segment", op: "is", value: "champions" }, { field: "spend", op: "at_least", value: "2000" }] }] } : null, updated_at: instant(-3) };
};

export const ruleFields = (asked: Asked): Answer => ({
  items: [
    { field: "orders", label: say(asked, "订单数", "Orders"), kind: "number" },
    { field: "spend", label: say(asked, "累计消费", "Total spend"), kind: "money" },
    { field: "last_order", label: say(asked, "最近下单", "Last order"), kind: "day" },
    { field: "segment", label: say(asked, "RFM 分群", "RFM segment"), kind: "choice", choices: [{ value: "champions", label: say(asked, "重要价值", "Champions") }, { value: "lost", label: say(asked, "已流失", "Lost") }] },
    { field: "name", label: say(asked, "客户名称", "Name"), kind: "text" },
  ],
});

const backTest = (asked: Asked) => ({
  from: day(-91), to: day(-1),
  predicted_micros: micros(412_000), actual_micros: micros(398_240.5), rule_micros: micros(501_300),
  rule_name: reason(asked, "previous_window", "照抄上一个同样长的时间", "the same length of time before"),
  deciles: Array.from({ length: 10 }, (_, index) => {
    const actual = 178_000 * Math.exp(-index / 1.7) + 900;
    const predicted = actual * (0.94 + ((index * 3) % 5) / 30);
    return { decile: index + 1, predicted_micros: micros(predicted), low_micros: micros(predicted * 0.84), high_micros: micros(predicted * 1.17), actual_micros: micros(actual), rule_micros: micros(actual * (0.8 + index * 0.14)) };
  }),
  origins: [-455, -364, -273, -182, -91].map((offset, index) => ({ as_of: day(offset), gini_model: 0.71 + index * 0.006, gini_rule: 0.66 + index * 0.004, top_fifth_model: 0.69 + index * 0.005, top_fifth_rule: 0.64, total_ratio: 0.96 + index * 0.02 })),
  gini_gain: { value: 0.052, low: 0.018, high: 0.081 },
  effective_origins: 5,
});

const models = (asked: Asked) => [
  { id: "p91", kind: "value", horizon_days: 91, state: "published", reason: reason(asked, "beats_rule", "5 次检验都不输，合起来胜过简单规则", "Never worse in 5 tests, better over all than the plain rule"), model_name: "BG/NBD + Gamma-Gamma", as_of: day(0), customers: 1834, total_micros: micros(421_900) },
  { id: "p182", kind: "value", horizon_days: 182, state: "ranking_only", reason: reason(asked, "amount_off", "排名可靠，金额偏差超过四分之一", "The ranking holds; amounts were off by more than a quarter"), model_name: "Pareto/NBD + Gamma-Gamma", as_of: day(0), customers: 1834, total_micros: null },
  { id: "p365", kind: "value", horizon_days: 365, state: "insufficient", reason: reason(asked, "needs_history", "要两年的订单，还差 211 天", "Needs two years of orders; 211 days are missing"), model_name: null, as_of: null, customers: null, total_micros: null },
];

export const predictions = (asked: Asked): Answer => ({ headline: backTest(asked), models: models(asked) });

export const predictionDetail = (asked: Asked): Answer => ({
  ...(models(asked).find((model) => model.id === asked.parts[1]) ?? models(asked)[0]),
  back_test: backTest(asked),
  gates: [
    { gate: "ranking", passed: true, reason: reason(asked, "rank_ok", "前五分之一占到未来消费的 69%，简单规则是 64%", "The top fifth held 69% of later spend; the plain rule's 64%") },
    { gate: "amount", passed: true, reason: reason(asked, "amount_ok", "合计是实际的 96% 到 104%，每一份都在 0.8 到 1.25 之间", "Totals were 96% to 104% of what came, each tenth within 0.8 to 1.25") },
  ],
  distribution: [0, 50, 100, 200, 500, 1000, 2000].map((low, index, lows) => ({ key: String(low), low_micros: micros(low), high_micros: lows[index + 1] ? micros(lows[index + 1]!) : null, customers: [612, 430, 356, 240, 122, 54, 20][index] })),
  reasons: [],
  data_used: { customers: 1834, orders: 18_532, from: day(-730), to: day(0), history: true, imports: 4 },
  versions: [
    { version: 3, created_at: instant(-1), model_name: "BG/NBD + Gamma-Gamma", state: "published", current: true },
    { version: 2, created_at: instant(-32), model_name: "Pareto/NBD + Gamma-Gamma", state: "published", current: false },
  ],
  notices: [reason(asked, "unseen_season", "年末旺季还没有完整见过，区间放宽了。", "No year-end season has been seen whole; intervals are wider for it.")],
});

export const ledger = (): Answer => ({
  items: [0, -30, -61, -92, -122].map((offset, index) => ({ id: `l${index}`, shown_at: instant(offset), as_of: day(offset), horizon_days: 91, version: 3 - Math.floor(index / 2), customers: 1834 - index * 22, predicted_micros: micros(421_900 - index * 8_211.4), actual_micros: index < 3 ? null : micros(398_240.5 + index * 1200), settled_on: index < 3 ? null : day(offset + 91) })),
  next_cursor: null,
  total: 5,
});

export function dashboard(asked: Asked): Answer {
  const days = Number(asked.query.get("days") ?? 91);
  const bridge = [["new", 61_200, 214], ["returning", 22_340, 96], ["growing", 48_110.5, 402], ["shrinking", -57_900, 377], ["lapsed", -39_420, 188]] as const;
  const change = bridge.reduce((sum, [, value]) => sum + value, 0);
  return {
    as_of: day(0),
    period: { from: day(-days), to: day(0) }, previous: { from: day(-2 * days), to: day(-days) },
    spend_micros: micros(398_240.5), previous_spend_micros: micros(398_240.5 - change), change_micros: micros(change),
    bridge: bridge.map(([step, value, count]) => ({ step, change_micros: micros(value), customers: count })),
    months: Array.from({ length: 15 }, (_, index) => {
      const expected = index > 12;
      const value = 96_000 + 38_000 * Math.sin(index / 2) + index * 3_100;
      const month = new Date(Date.UTC(2025, 1 + index, 1)).toISOString().slice(0, 10);
      return { month, spend_micros: micros(value), low_micros: expected ? micros(value * 0.82) : null, high_micros: expected ? micros(value * 1.21) : null, expected };
    }),
    cohorts: Array.from({ length: 13 }, (_, index) => ({ month: new Date(Date.UTC(2025, 1 + index, 1)).toISOString().slice(0, 10), customers: 120 + ((index * 37) % 90), retained: Array.from({ length: 13 - index }, (_, age) => (age === 0 ? 1 : 0.42 * Math.exp(-age / 9) * (0.85 + ((index * 5 + age * 3) % 7) / 20))) })),
    concentration: { curve: Array.from({ length: 21 }, (_, index) => ({ customers: index / 20, spend: 1 - (1 - index / 20) ** 2.9 })), top: { customers: 0.2, spend: 1 - 0.8 ** 2.9 } },
    guest_spend_micros: micros(88_120),
  };
}

const imports = (asked: Asked) => [
  { id: "i3", name: "march.csv", kind: "orders", state: "running", started_at: instant(0), by: people[0], counts: { received: 18_400, stored: 9_120, redelivered: 310, rejected: 4 }, amount_micros: null, undoable: false },
  { id: "i2", name: "crm.xlsx", kind: "customers", state: "done", started_at: instant(-61), by: people[2], counts: { received: 2_380, stored: 2_357, redelivered: 0, rejected: 23 }, amount_micros: null, undoable: true },
  { id: "i1", name: "online_retail.csv", kind: "orders", state: "done", started_at: instant(-90), by: people[0], counts: { received: 541_909, stored: 541_905, redelivered: 0, rejected: 4 }, amount_micros: micros(9_747_747.93), undoable: true },
  { id: "i0", name: say(asked, "订单导出_2025.xlsx", "orders_2025.xlsx"), kind: "orders", state: "undone", started_at: instant(-95), by: null, counts: { received: 4_120, stored: 0, redelivered: 0, rejected: 0 }, amount_micros: null, undoable: false },
];
const problems = (asked: Asked) => [
  { row: 17, column: "Amount", value: "1,2,0", reason: { code: "amount_unreadable", what: say(asked, "“1,2,0”不是金额", "“1,2,0” is not an amount"), why: say(asked, "有两个逗号", "It has two commas"), remedy: say(asked, "写成120或1.20", "Write 120 or 1.20") }, record: { InvoiceNo: "536381", "Customer ID": "15311", InvoiceDate: "2010-12-01 09:41", Amount: "1,2,0" } },
  { row: 244, column: "InvoiceDate", value: "31/02/2011", reason: { code: "day_impossible", what: say(asked, "没有2月31日这一天", "There is no 31 February") }, record: { InvoiceNo: "537011", "Customer ID": "17850", InvoiceDate: "31/02/2011", Amount: "22.10" } },
  { row: 1808, column: "InvoiceNo", value: "1.10423E+17", reason: { code: "order_number_rounded", what: say(asked, "订单号被表格软件改成了近似值", "A spreadsheet has rounded the order number"), remedy: say(asked, "把这一列设成文本后重新导出", "Export again with the column as text") }, record: { InvoiceNo: "1.10423E+17", "Customer ID": "13047", InvoiceDate: "2011-01-04 10:12", Amount: "15.00" } },
];

export const importList = (asked: Asked): Answer => ({ items: imports(asked), next_cursor: null, total: 4 });

export const importSummary = (asked: Asked): Answer => ({
  data_through: day(-1), received_micros: micros(9_747_747.93), agrees_micros: micros(8_300_066.11), explained_micros: micros(1_447_681.82),
  waterfall: ([["file", 9_747_747.93], ["guest", -1_447_682.12], ["return", 0], ["cancellation", -611_342], ["adjustment", -22_122.12], ["rejected", -412.3], ["stored", 7_666_189.39]] as const).filter(([step]) => step !== "return").map(([step, value]) => ({ step, amount_micros: micros(value), lines: 1000 })),
  months: [1, 2, 3].map((month) => ({ month: `2026-0${month}-01`, file_micros: micros(712_000 + month * 3_000.25), stored_micros: micros(640_000 + month * 3_000.25), differences: [{ reason: reason(asked, "guest", "散客", "guests"), amount_micros: micros(-60_000) }, { reason: reason(asked, "returns", "退货", "returns"), amount_micros: micros(-12_000) }] })),
  quarantined: 31,
});

export function importDetail(asked: Asked): Answer {
  const id = asked.parts[1] ?? "i4";
  const known = imports(asked).find((each) => each.id === id);
  const check = id === "i5" || asked.parts[2] === "dry-run";
  const fields = [["order_id", "订单号", "Order number", true], ["customer_id", "客户编号", "Customer number", true], ["ordered_at", "下单时间", "Order time", true], ["amount", "金额", "Amount", true], ["product", "商品", "Product", false], ["country", "国家", "Country", false]] as const;
  return {
    ...(known ?? { id: check ? "i5" : "i4", name: "orders.csv", kind: "orders", state: check ? "checked" : "uploaded", started_at: instant(0), by: people[0], counts: { received: 0, stored: 0, redelivered: 0, rejected: 0 }, amount_micros: null, undoable: false }),
    size_bytes: 47_812_331,
    found: { encoding: "UTF-8", delimiter: ",", header: true, day_first: true },
    columns: [
      { name: "InvoiceNo", samples: ["536365", "536366", "C536379"], field: "order_id", guessed_by: "name_and_content" },
      { name: "Customer ID", samples: ["17850", "13047"], field: "customer_id", guessed_by: "name" },
      { name: "InvoiceDate", samples: ["2010-12-01 08:26"], field: "ordered_at", guessed_by: "name_and_content" },
      { name: "Amount", samples: ["15.30", "20.34"], field: "amount", guessed_by: "content" },
      { name: "Memo", samples: ["gift wrap"], field: null, guessed_by: null },
    ],
    fields: fields.map(([field, zh, en, required]) => ({ field, label: say(asked, zh, en), required, hint: "" })),
    options: { currency: "GBP", mode: "history", identical: "keep", changed_orders: "replace" },
    dry_run: check || known ? { counts: { received: 541_909, stored: 541_595, redelivered: 310, rejected: 4, new: 541_595, changed: 12, linked: 4_372, guest: 135_080, identical: 5_268 }, amount_micros: micros(9_747_747.93), notices: [reason(asked, "identical", "5,268行和别的行完全相同，都保留并标出", "5,268 lines are identical to others; they are kept and flagged"), reason(asked, "day_first", "日期按“日在前”读，整列一致", "Dates are read day first, the same for the whole column")], problems: problems(asked), problems_total: 4, changed_orders: 12 } : null,
    job: known?.state === "running" ? job("running", 9_434, 18_400) : null,
    problem: null,
  };
}

export const quarantine = (asked: Asked): Answer => ({ items: problems(asked).map((each, index) => ({ id: `q${index}`, import_id: "i1", import_name: "online_retail.csv", row: each.row, column: each.column, value: each.value, reason: each.reason })), next_cursor: null, total: 31 });

export const job = (state: string, done: number, total: number) => ({ id: "j1", kind: "import", state, subject: "march.csv", done, total, unit: "rows", started_at: instant(0), finished_at: null, problem: null, cancellable: state === "running" });

export const jobs = (asked: Asked): Answer => ({
  items: [job("running", 9_434, 18_400), { ...job("done", 3, 3), id: "j0", kind: "refresh", subject: day(0), unit: "steps" }, { ...job("failed", 1, 3), id: "j-1", kind: "export", subject: "customers.xlsx", unit: "steps", problem: { code: "disk_full", what: say(asked, "磁盘满了", "The disk is full"), remedy: say(asked, "腾出空间后再做一次", "Make room and run it again"), reference: "r-81c2" } }],
  next_cursor: null,
  total: 3,
});

export const settings = {
  company: { name: "Harbour & 博远", currency: "GBP", zone: "Europe/London", language: "zh", margin_percent: null, version: 1 },
  users: { items: people.map((person, index) => ({ ...person, email: `user${index}@example.com`, role: ["administrator", "manager", "agent"][index], team: null, state: index === 2 ? "locked" : "active", last_seen_at: instant(-index) })), next_cursor: null, total: 3 },
  teams: { items: [{ id: "t1", name: "华东 East", members: 4, parent: null }], next_cursor: null, total: 1 },
  tokens: { items: [{ id: "k1", name: "ERP", scopes: ["import"], created_at: instant(-40), expires_at: instant(50), last_used_at: instant(-1), by: people[0] }], next_cursor: null, total: 1 },
  audit: { items: Array.from({ length: 40 }, (_, index) => ({ id: `a${index}`, at: instant(-index), actor: people[index % 3]!.name, action: ["customer.assign", "import.confirm", "token.create"][index % 3], object: `customer:${Math.floor(random() * 900)}`, request_id: `r-${1000 + index}` })), next_cursor: null, total: 40 },
};
