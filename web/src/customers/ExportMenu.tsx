import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { Button } from "../design/Button";
import { Popover } from "../design/Popover";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { filterText, type CustomerFilter } from "./address";

type Form = Schema<"ExportForm">;

/** The file itself where it is small; beyond, a job writes it and the header offers it when it is there. */
async function exportFile(form: Form): Promise<"saved" | "started"> {
  const { data, error, response } = await client.POST("/customers/export", { body: form, parseAs: "blob" });
  const file = (await answer(Promise.resolve({ data, error, response }))) as unknown as Blob;
  if (response.status === 202) return "started";
  const named = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "");
  save(file, named?.[1] ?? `${form.what}.${form.format}`);
  return "saved";
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function ExportMenu({ filter, sort }: { filter: CustomerFilter; sort: string }) {
  const { t } = useTranslation(["customers", "design"]);
  const { isWorth } = useFormat();
  const queries = useQueryClient();
  const [form, setForm] = useState<Pick<Form, "what" | "purpose" | "format">>({ what: "customers", purpose: "analysis", format: "csv" });
  const start = useMutation({
    mutationFn: () => exportFile({ ...form, filter: filterText(filter), sort }),
    onSuccess: (how) => {
      if (how === "started") void queries.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
  const choice = <Name extends "what" | "purpose" | "format">(name: Name, values: readonly Form[Name][], label: (value: Form[Name]) => string) => (
    <fieldset className="plain-fieldset stack stack--tight">
      <legend className="field__label">{t(`customers:export.${name}`)}</legend>
      {values.map((value) => (
        <label className="check" key={value}>
          <input type="radio" name={`export-${name}`} checked={form[name] === value} onChange={() => setForm({ ...form, [name]: value })} />
          {label(value)}
        </label>
      ))}
    </fieldset>
  );
  return (
    <Popover label={t("design:table.export")} icon="download" align="end">
      {(close) => (
        <form
          className="stack popover__form"
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate(undefined, { onSuccess: (how) => how === "saved" && close() });
          }}
        >
          {choice("what", ["customers", "orders"], (value) => t(`customers:export.${value as "customers"}`))}
          {choice("purpose", ["analysis", "contact"], (value) => t(`customers:export.${value}`))}
          {choice("format", ["csv", "xlsx", "parquet"], (value) => ({ csv: "CSV", xlsx: "Excel", parquet: "Parquet" })[value])}
          {isWorth && <p className="small soft">{t("customers:export.worth")}</p>}
          {start.error && <ProblemView error={start.error} />}
          {start.data === "started" && <p role="status">{t("customers:export.started")}</p>}
          <Button kind="primary" type="submit" disabled={start.isPending}>
            {start.isPending ? t("customers:export.working") : t("customers:export.do")}
          </Button>
        </form>
      )}
    </Popover>
  );
}
