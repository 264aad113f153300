import { useTranslation } from "react-i18next";
import { Panel } from "../design/Panel";
import { useFormat } from "../i18n/useFormat";
import type { Choices, FieldWord, MergedField } from "./types";

/** Fields in which sources differ, each with all their words, the newest first; and whose word stands, to be chosen. */
export function FieldWords({ items, choices, onChoose }: { items: MergedField[]; choices: Choices; onChoose?: (field: string, identity: number | null) => void }) {
  const { t } = useTranslation("identities");
  const differ = items.filter((item) => item.conflict || item.is_by_hand);
  const agree = items.filter((item) => !differ.includes(item) && item.words.length > 0);
  return (
    <>
      {differ.map((item) => (
        <OneField key={item.field} item={item} chosen={choices[item.field]} onChoose={onChoose} />
      ))}
      {agree.length > 0 && (
        <Panel title={t("words.agree")} flush>
          {agree.map((item) => (
            <details key={item.field} className="agreed">
              <summary>
                <span className="soft">{t(`fields.${item.field as "name"}`)}</span> <Value field={item.field} value={item.value} />
              </summary>
              <WordTable item={item} chosen={undefined} />
            </details>
          ))}
        </Panel>
      )}
    </>
  );
}

function Value({ field, value }: { field: string; value: string }) {
  const { t } = useTranslation("identities");
  return <span>{field === "kind" && value ? t(`kindNames.${value as "person"}`, { defaultValue: value }) : value || t("words.none")}</span>;
}

interface OneProps {
  item: MergedField;
  /** The identity that was chosen just now; null: the rule; undefined: as it stands. */
  chosen: number | null | undefined;
  onChoose?: (field: string, identity: number | null) => void;
}

function OneField({ item, chosen, onChoose }: OneProps) {
  const { t } = useTranslation("identities");
  const hand = item.is_by_hand && (item.by ? t("words.byHand", { name: item.by.name }) : t("words.byHandGone"));
  return (
    <Panel title={t(`fields.${item.field as "name"}`)} actions={<span className="small soft">{hand || t(`rules.short.${item.rule}`)}</span>} flush>
      {onChoose && (
        <label className="word-rule check">
          <input type="radio" name={`word ${item.field}`} checked={chosen === null || (chosen === undefined && !item.is_by_hand)} onChange={() => onChoose(item.field, null)} />
          <span>
            {t("words.byRule")} <Value field={item.field} value={item.by_rule} />
          </span>
        </label>
      )}
      <WordTable item={item} chosen={chosen} onChoose={onChoose} />
    </Panel>
  );
}

function WordTable({ item, chosen, onChoose }: OneProps) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  // A source is chosen, not one of its versions: the newest of each stands for it.
  const newest = new Set(item.words.filter((word, at) => item.words.findIndex((other) => other.identity === word.identity) === at));
  const line = (word: FieldWord) => {
    if (word.kind === "hand") return word.by ? t("words.typed", { name: word.by.name }) : t("words.typedGone");
    return word.file ? (word.row ? t("words.row", { file: word.file, row: format.number(word.row) }) : word.file) : t(`words.kinds.${word.kind}`);
  };
  const stands = (word: FieldWord) => (chosen === undefined || chosen === null ? word.stands : word.identity === chosen && newest.has(word));
  return (
    <ul className="words" aria-label={t("words.choose", { field: t(`fields.${item.field as "name"}`) })}>
      {item.words.map((word, at) => (
        <li key={at} className={`word ${stands(word) ? "word--stands" : ""}`}>
          {onChoose && (
            <span className="word__choice">
              {newest.has(word) && (
                <input
                  type="radio"
                  name={`word ${item.field}`}
                  aria-label={`${word.value || t("words.none")}, ${word.source} ${word.external_id}`}
                  checked={chosen === word.identity || (chosen === undefined && item.is_by_hand && word.stands)}
                  onChange={() => onChoose(item.field, word.identity)}
                />
              )}
            </span>
          )}
          <span className="word__value">
            <Value field={item.field} value={word.value} /> {word.is_masked && <span className="tag">{t("words.masked")}</span>}
            {stands(word) && <span className="tag tag--gain">{t("words.stands")}</span>}
          </span>
          <span className="word__from">
            <span className="tag">{word.source}</span> {word.external_id}
          </span>
          <span className="small soft word__line">
            {line(word)} · {format.dayOrInstant(word.at)}
          </span>
        </li>
      ))}
    </ul>
  );
}
