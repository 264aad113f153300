import { useTranslation } from "react-i18next";
import { Field } from "../design/Field";
import type { FileOptions, ImportDetail } from "./types";

const DELIMITERS = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" } as const;
const ENCODINGS = ["utf-8", "gb18030", "utf-16", "latin-1", "big5", "shift_jis"] as const;
const TEXT = ["csv", "tsv", "whitespace"];

/** How the file was read, and what to say where that is wrong; the file is then looked at again. */
export function FileOptionsPanel({ data, busy, onOptions }: { data: ImportDetail; busy: boolean; onOptions: (options: FileOptions) => void }) {
  const { t } = useTranslation("imports");
  const { profile, options } = data;
  const isText = TEXT.includes(profile.format);
  const set = <Name extends keyof FileOptions>(name: Name, value: FileOptions[Name] | "") => {
    const next = { ...options };
    if (value === "") delete next[name];
    else next[name] = value;
    onOptions(next);
  };
  const encodings = [...new Set([profile.encoding ?? "utf-8", ...ENCODINGS])];
  return (
    <details className="panel file-options">
      <summary>{t("file.title")}</summary>
      <div className="panel__body options">
        {profile.sheets.length > 0 && (
          <Field label={t("file.sheet")}>
            <select className="select" disabled={busy} value={profile.sheet ?? ""} onChange={(event) => set("sheet", event.target.value)}>
              {profile.sheets.map((sheet) => (
                <option key={sheet}>{sheet}</option>
              ))}
            </select>
          </Field>
        )}
        {isText && (
          <Field label={t("file.delimiter")}>
            <select className="select" disabled={busy} value={profile.delimiter ?? ""} onChange={(event) => set("delimiter", event.target.value)}>
              {profile.delimiter === null && <option value="">{t("file.blanks")}</option>}
              {Object.entries(DELIMITERS).map(([sign, name]) => (
                <option key={name} value={sign}>
                  {t(`file.${name}`)}
                </option>
              ))}
            </select>
          </Field>
        )}
        {isText && (
          <Field label={t("file.encoding")} hint={t("file.encodingHint")}>
            <select className="select" disabled={busy} value={profile.encoding ?? ""} onChange={(event) => set("encoding", event.target.value)}>
              {encodings.map((encoding) => (
                <option key={encoding}>{encoding}</option>
              ))}
            </select>
          </Field>
        )}
        {(isText || profile.format === "excel") && (
          <Field label={t("file.header")}>
            <select className="select" disabled={busy} value={String(profile.header)} onChange={(event) => set("header", event.target.value === "true")}>
              <option value="true">{t("file.withHeader")}</option>
              <option value="false">{t("file.withoutHeader")}</option>
            </select>
          </Field>
        )}
        <Field label={t("file.dates")} hint={t("file.datesHint")}>
          <select className="select" disabled={busy} value={options.day_first == null ? "" : String(options.day_first)} onChange={(event) => set("day_first", event.target.value === "" ? "" : event.target.value === "true")}>
            <option value="">{t("file.datesFound")}</option>
            <option value="true">{t("file.dayFirst")}</option>
            <option value="false">{t("file.monthFirst")}</option>
          </select>
        </Field>
      </div>
    </details>
  );
}
