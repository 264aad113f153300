import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useMay } from "../api/session";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { CompanyFields } from "./CompanyFields";
import type { CompanySettings } from "./types";

const key = ["settings", "company"];

export default function CompanySection() {
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<CompanySettings>("/company", {}, signal) });
  if (query.error) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <SkeletonLines />;
  return <CompanyForm key={query.data.version} first={query.data} />;
}

function CompanyForm({ first }: { first: CompanySettings }) {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const mayManage = useMay("manage");
  const [value, setValue] = useState(first);
  const save = useMutation({
    mutationFn: () => api.patch<CompanySettings>("/company", value),
    onSuccess: (next) => {
      queries.setQueryData(key, next);
      void queries.invalidateQueries({ queryKey: ["session"] });
    },
  });
  return (
    <Panel title={t("sections.company.name")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <fieldset className="plain-fieldset settings__form" disabled={!mayManage}>
          <CompanyFields value={value} onChange={(basics) => setValue({ ...value, ...basics })} />
          <Field label={t("company.margin")} hint={t("company.marginHint")}>
            <input className="input" inputMode="decimal" pattern="\d{1,2}([.]\d{1,2})?" value={value.margin_percent ?? ""} onChange={(event) => setValue({ ...value, margin_percent: event.target.value || null })} />
          </Field>
          {save.error && <ProblemView error={save.error} />}
          <div className="row">
            <Button kind="primary" type="submit" disabled={save.isPending}>
              {t("save")}
            </Button>
            <span role="status" className="soft">
              {save.isSuccess ? t("saved") : ""}
            </span>
          </div>
        </fieldset>
      </form>
    </Panel>
  );
}
