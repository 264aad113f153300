import { useTranslation } from "react-i18next";
import { DataTable } from "../design/table/DataTable";
import type { Column, Selection } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { sideName, useReasons } from "./evidence";
import type { Pair, Side } from "./types";

/** Pairs of a page, one a row; they can be chosen to be answered together. */
export function PairList({ pairs, name, selection, onSelection, onOpen, ...more }: { pairs: Pair[]; name: string; selection?: Selection; onSelection?: (selection: Selection) => void; onOpen?: (pair: Pair) => void; hasMore?: boolean; loadingMore?: boolean; onMore?: () => void }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const reasons = useReasons();
  const nameOf = (pair: Pair) => t("pair.name", { left: sideName(pair.sides[0]!), right: sideName(pair.sides[1]!) });
  const columns: Column<Pair>[] = [
    {
      key: "pair",
      title: t("pair.records"),
      main: true,
      render: (pair) =>
        onOpen ? (
          <button type="button" className="text-button pair-names" onClick={() => onOpen(pair)}>
            {nameOf(pair)}
          </button>
        ) : (
          <span className="pair-names">{nameOf(pair)}</span>
        ),
    },
    { key: "odds", title: t("looked.odds"), numeric: true, render: (pair) => (pair.probability === null ? "–" : format.percent(pair.probability, pair.probability > 0.99 ? 1 : 0)) },
    { key: "why", title: t("looked.why"), render: (pair) => <span className="pair-why">{reasons(pair)}</span> },
    { key: "sources", title: t("queue.source"), render: (pair) => pair.sides.map(keyOf).join(" · ") },
  ];
  return <DataTable name={name} rows={pairs} keyOf={(pair) => pairKey(pair)} nameOf={nameOf} columns={columns} selection={selection} onSelection={onSelection} {...more} />;
}

/** Pairs of a dry run are not stored, and have no number yet. */
export const pairKey = (pair: Pair) => (pair.id ? String(pair.id) : pair.sides.map((side) => side.identity).join("-"));

const keyOf = (side: Side) => `${side.source} ${side.external_id}`;
