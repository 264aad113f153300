import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { answer, asForm, client } from "../api/client";
import { useCompany } from "../api/session";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Icon } from "../design/Icon";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { spelled } from "./queries";
import { KINDS, type ImportDetail } from "./types";

const ACCEPTED = ".csv,.tsv,.txt,.xlsx,.xls,.xlsm,.xlsb,.ods,.json,.jsonl,.ndjson,.parquet,.gz";

/** A file, and the little that it cannot say itself: whose it is, whether it is history, its currency. */
export function UploadStep({ onUploaded }: { onUploaded: (next: ImportDetail) => void }) {
  const { t } = useTranslation("imports");
  const company = useCompany();
  const queries = useQueryClient();
  const [about, setAbout] = useState({ kind: "auto", source: "default", is_history: "true", currency: "" });
  const [over, setOver] = useState(false);
  // Until somebody says otherwise it is the company's, which may still be on its way.
  const currency = about.currency || company.currency;
  const input = useRef<HTMLInputElement>(null);
  const upload = useMutation({
    mutationFn: (file: File) => {
      const parts = { ...about, currency, source: about.source.trim() || "default" };
      // The contract types a form by its fields; the browser sends it as parts.
      return answer(client.POST("/imports", { body: { file } as never, bodySerializer: () => asForm({ ...parts, file }) })).then(spelled<ImportDetail>);
    },
    onSuccess: (next) => {
      // The first file may name the company's currency, which every page shows.
      if (next.currency !== company.currency) void queries.invalidateQueries({ queryKey: ["session"] });
      onUploaded(next);
    },
    // A file that cannot be opened stands in the history too.
    onError: () => void queries.invalidateQueries({ queryKey: ["imports"] }),
  });
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file && !upload.isPending) upload.mutate(file);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div className="stack">
      <div
        className={`drop ${over ? "drop--over" : ""}`}
        aria-busy={upload.isPending || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Icon name="imports" size={32} />
        <p className="drop__title" role="status">
          {upload.isPending ? t("uploading", { name: upload.variables?.name }) : t("drop")}
        </p>
        <p className="soft">{t("needs")}</p>
        <input
          ref={input}
          type="file"
          accept={ACCEPTED}
          className="visually-hidden"
          tabIndex={-1}
          aria-label={t("choose")}
          onChange={(event) => {
            take(event.target.files);
            event.target.value = "";
          }}
        />
        <Button kind="primary" disabled={upload.isPending} onClick={() => input.current?.click()}>
          {t("choose")}
        </Button>
        <p className="small faint">{t("formats")}</p>
      </div>
      {upload.error && <ProblemView error={upload.error} />}
      <Panel title={t("about.title")}>
        <div className="options">
          <Field label={t("about.kind")} hint={t("about.kindHint")}>
            <select className="select" value={about.kind} onChange={(event) => setAbout({ ...about, kind: event.target.value })}>
              <option value="auto">{t("about.auto")}</option>
              {KINDS.map((kind) => (
                <option key={kind} value={kind}>
                  {t(`kinds.${kind}`)}
                </option>
              ))}
            </select>
          </Field>
          <Field label={t("about.mode")} hint={t(about.is_history === "true" ? "about.historyHint" : "about.liveHint")}>
            <select className="select" value={about.is_history} onChange={(event) => setAbout({ ...about, is_history: event.target.value })}>
              <option value="true">{t("about.history")}</option>
              <option value="false">{t("about.live")}</option>
            </select>
          </Field>
          <Field label={t("about.currency")} hint={t("about.currencyHint")}>
            <input className="input" value={currency} maxLength={3} pattern="[A-Z]{3}" onChange={(event) => setAbout({ ...about, currency: event.target.value.toUpperCase() })} />
          </Field>
          <Field label={t("about.source")} hint={t("about.sourceHint")}>
            <input className="input" value={about.source} maxLength={40} onChange={(event) => setAbout({ ...about, source: event.target.value.replace(/[^-a-zA-Z0-9_]/g, "") })} />
          </Field>
        </div>
      </Panel>
    </div>
  );
}
