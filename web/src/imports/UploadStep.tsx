import { useMutation } from "@tanstack/react-query";
import { useRef, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { Button } from "../design/Button";
import { Segmented } from "../design/Field";
import { Icon } from "../design/Icon";
import { ProblemView } from "../design/ProblemView";
import type { ImportDetail, ImportKind } from "./types";

const ACCEPTED = ".csv,.tsv,.txt,.xlsx,.json,.jsonl,.ndjson,.parquet,.gz";

export function UploadStep({ onUploaded }: { onUploaded: (next: ImportDetail) => void }) {
  const { t } = useTranslation("imports");
  const [kind, setKind] = useState<ImportKind>("orders");
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const upload = useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.set("kind", kind);
      form.set("file", file);
      return api.post<ImportDetail>("/imports", form);
    },
    onSuccess: onUploaded,
  });
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file) upload.mutate(file);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div className="stack">
      <Segmented label={t("kind")} value={kind} onChange={setKind} options={(["orders", "customers"] as ImportKind[]).map((value) => ({ value, label: t(`kinds.${value}`) }))} />
      <div
        className={`drop ${over ? "drop--over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Icon name="imports" size={32} />
        <p className="drop__title">{upload.isPending ? t("uploading") : t("drop")}</p>
        <p className="soft">{t(`needs.${kind}`)}</p>
        <input ref={input} type="file" accept={ACCEPTED} className="visually-hidden" tabIndex={-1} aria-label={t("choose")} onChange={(event) => take(event.target.files)} />
        <Button kind="primary" disabled={upload.isPending} onClick={() => input.current?.click()}>
          {t("choose")}
        </Button>
        <p className="small faint">{t("formats")}</p>
      </div>
      {upload.error && <ProblemView error={upload.error} />}
    </div>
  );
}
