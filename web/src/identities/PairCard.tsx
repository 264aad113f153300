import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { valueAxis } from "../charts/axes";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { waterfall, type WaterfallStep } from "../charts/waterfall";
import { Icon, type IconName } from "../design/Icon";
import { Panel } from "../design/Panel";
import { useFormat } from "../i18n/useFormat";
import { knownFields, useBits, useEvidenceWords, verdictOf, type Verdict } from "./evidence";
import type { Pair, Side } from "./types";

/** One pair: its records side by side, and what each field speaks for and against. */
export function PairCard({ pair }: { pair: Pair }) {
  return (
    <div className="pair">
      <Sides pair={pair} />
      {pair.evidence.length > 0 ? <Picture pair={pair} /> : <Certain pair={pair} />}
    </div>
  );
}

const marks: Record<Verdict, IconName | null> = { same: "check", near: "near", different: "close", unknown: null };

function Sides({ pair }: { pair: Pair }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const words = useEvidenceWords();
  const { fields, custom } = knownFields(pair.sides);
  const figures = (["orders", "spend", "last_order_on"] as const).filter((name) => pair.sides.some((side) => side.figures[name] !== null));
  const reason = (field: string) => pair.evidence.filter((one) => one.field === field).map(words).join(", ");
  const figure = (side: Side, name: (typeof figures)[number]) => {
    const { orders, spend, last_order_on: last } = side.figures;
    if (name === "orders") return orders === null ? "–" : format.number(orders);
    return name === "spend" ? format.amount(spend) : last ? format.day(last) : "–";
  };
  return (
    <Panel title={t("pair.title")} flush>
      <table className="sides">
        <thead>
          <tr>
            <th scope="col" className="visually-hidden">
              {t("pair.field")}
            </th>
            {pair.sides.map((side) => (
              <th scope="col" key={side.identity}>
                <Head side={side} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <Line key={field} name={t(`fields.${field}`)} verdict={verdictOf(pair, field)} reason={reason(field)} values={pair.sides.map((side) => (field === "kind" && side.values.kind ? t(`kindNames.${side.values.kind as "person"}`, { defaultValue: side.values.kind }) : side.values[field]))} />
          ))}
          {custom.map((name) => (
            <Line key={`own ${name}`} name={name} verdict={verdictOf(pair, name)} reason="" values={pair.sides.map((side) => side.custom[name])} />
          ))}
          {figures.map((name) => (
            <Line key={name} name={t(`fields.${name}`)} verdict="unknown" reason="" values={pair.sides.map((side) => figure(side, name))} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Head({ side }: { side: Side }) {
  const { t } = useTranslation("identities");
  return (
    <span className="sides__head">
      <span className="tag">{side.source}</span>
      <span className="sides__id">{side.external_id}</span>
      {side.customer !== null && (
        <Link className="small" to={`/customers/${side.customer}`}>
          {t("pair.customer", { id: side.customer })}
        </Link>
      )}
    </span>
  );
}

function Line({ name, verdict, reason, values }: { name: string; verdict: Verdict; reason: string; values: (string | undefined)[] }) {
  const mark = marks[verdict];
  return (
    <tr className={`sides__line sides__line--${verdict}`}>
      <th scope="row">
        <span className="sides__name">{name}</span>
        {mark && (
          <span className="sides__mark" title={reason || undefined}>
            <Icon name={mark} size={14} />
            {reason && <span className="visually-hidden">{reason}</span>}
          </span>
        )}
      </th>
      {values.map((value, at) => (
        <td key={at}>{value || <span className="faint">–</span>}</td>
      ))}
    </tr>
  );
}

function Certain({ pair }: { pair: Pair }) {
  const { t } = useTranslation("identities");
  return (
    <Panel title={t("pair.picture")}>
      <p>{pair.by === "key" && t(`pair.key.${pair.key}`)}</p>
      {pair.state === "review" && <p className="soft">{t("pair.against")}</p>}
    </Panel>
  );
}

function Picture({ pair }: { pair: Pair }) {
  const { t } = useTranslation("identities");
  const context = useChartContext();
  const { format } = context;
  const words = useEvidenceWords();
  const bits = useBits();
  const total = pair.weight_bits ?? 0;
  const percent = pair.probability === null ? "" : format.percent(pair.probability, pair.probability > 0.99 || pair.probability < 0.01 ? 1 : 0);
  const steps: WaterfallStep[] = [
    { key: "start", name: t("pair.start"), value: pair.start_bits ?? 0, text: bits(pair.start_bits ?? 0), kind: "total" },
    ...pair.evidence.map((one, index): WaterfallStep => ({ key: `${one.compared} ${index}`, name: words(one), value: one.bits, text: bits(one.bits), kind: one.bits > 0 ? "gain" : one.bits < 0 ? "loss" : "neutral" })),
    { key: "together", name: t("pair.together"), value: total, text: t("pair.total", { bits: bits(total), percent }), short: bits(total), kind: "total" },
  ];
  const drawing = waterfall(steps, context, { axis: (of, more) => valueAxis(of, (value) => format.number(value), more), title: t("pair.points") });
  return <ChartFrame title={t("pair.picture")} note={t("pair.pictureNote")} file={`pair-${pair.id}`} drawing={drawing} />;
}
