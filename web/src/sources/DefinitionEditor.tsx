import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import type { Offer, Settings } from "./types";

const PAGINGS = ["single", "page", "offset", "cursor", "link", "header_link"] as const;
type Paging = (typeof PAGINGS)[number];

/** What an own interface is asked for: the path, where the records are, how it pages, what tells that one is new. */
export function DefinitionEditor({ onDone }: { onDone: (offer: Offer) => void }) {
  const { t } = useTranslation("sources");
  const [paging, setPaging] = useState<Paging>("page");
  const asksParam = paging === "page" || paging === "offset" || paging === "cursor";
  const asksPath = paging === "cursor" || paging === "link";
  const asksSize = paging !== "single" && paging !== "link";
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        const given = new FormData(event.currentTarget);
        const word = (name: string) => String(given.get(name) ?? "").trim();
        onDone({ name: word("path"), is_view: false, definition: definitionOf(paging, word) });
      }}
    >
      <div className="sources__form">
        <Word name="path" label={t("rest.path")} hint={t("rest.pathHint")} required />
        <Word name="records" label={t("rest.records")} hint={t("rest.recordsHint")} />
        <Word name="key" label={t("rest.key")} hint={t("rest.keyHint")} first="id" />
        <Word name="lines" label={t("rest.lines")} hint={t("rest.linesHint")} />
        <Field label={t("rest.paging")}>
          <select className="select" value={paging} onChange={(event) => setPaging(event.target.value as Paging)}>
            {PAGINGS.map((one) => (
              <option key={one} value={one}>
                {t(`rest.pagings.${one}`)}
              </option>
            ))}
          </select>
        </Field>
        {asksParam && <Word key={`${paging} param`} name="param" label={t("rest.param")} first={paging === "page" ? "page" : paging === "offset" ? "offset" : "cursor"} required />}
        {asksPath && <Word name="next" label={t("rest.next")} hint={t("rest.nextHint")} required />}
        {asksSize && <Word name="size_param" label={t("rest.sizeParam")} first="limit" />}
        {asksSize && <Word name="size" label={t("rest.size")} first="100" />}
        <Word name="field" label={t("rest.field")} hint={t("rest.fieldHint")} />
        <Word name="since" label={t("rest.since")} hint={t("rest.sinceHint")} />
      </div>
      <div>
        <Button type="submit">{t("rest.look")}</Button>
      </div>
    </form>
  );
}

function Word({ name, label, hint, first, required }: { name: string; label: string; hint?: string; first?: string; required?: boolean }) {
  return (
    <Field label={label} hint={hint}>
      <input className="input" name={name} defaultValue={first} required={required} maxLength={500} autoComplete="off" />
    </Field>
  );
}

export function definitionOf(paging: string, word: (name: string) => string): Settings {
  return {
    path: word("path"),
    records: word("records"),
    key: word("key"),
    lines: word("lines"),
    paging: { kind: paging, param: word("param"), path: word("next"), size_param: word("size_param"), size: Number(word("size")) || 100 },
    incremental: word("field") && word("since") ? { field: word("field"), param: word("since") } : null,
  };
}
