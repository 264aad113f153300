import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, client, type Schema } from "../api/client";
import { useMayAll } from "../api/session";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { CompanyFields, type CompanyBasics } from "./CompanyFields";

const key = ["settings", "company"];

export default function CompanySection() {
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => answer(client.GET("/company", { signal })) });
  if (query.error) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <SkeletonLines />;
  return <CompanyForm first={query.data} />;
}

/** Text fields stay text while they are typed; the server reads the numbers. */
interface Draft extends CompanyBasics {
  margin: string;
  calls: string;
  lag: string;
}

function draftOf(company: Schema<"CompanyOut">): Draft {
  return {
    name: company.name,
    currency: company.currency,
    zone: company.zone,
    region: company.region,
    language: company.language === "zh" ? "zh" : "en",
    margin: company.margin_percent === null ? "" : String(company.margin_percent),
    calls: String(company.calls_per_day),
    lag: String(company.history_lag_days),
  };
}

function CompanyForm({ first }: { first: Schema<"CompanyOut"> }) {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const mayManage = useMayAll("company");
  const [value, setValue] = useState(() => draftOf(first));
  const fixed = first.zone_and_currency_fixed;
  const save = useMutation({
    mutationFn: () => {
      const place = fixed ? {} : { currency: value.currency, zone: value.zone };
      const body = { name: value.name, language: value.language, region: value.region, ...place, margin_percent: value.margin || null, calls_per_day: Number(value.calls), history_lag_days: Number(value.lag) };
      return answer(client.PATCH("/company", { body }));
    },
    onSuccess: (next) => {
      queries.setQueryData(key, next);
      setValue(draftOf(next));
      void queries.invalidateQueries({ queryKey: ["session"] });
    },
  });
  const set = (change: Partial<Draft>) => {
    save.reset();
    setValue({ ...value, ...change });
  };
  return (
    <Panel title={t("sections.company.name")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <fieldset className="plain-fieldset settings__form" disabled={!mayManage}>
          <CompanyFields value={value} onChange={set} fixed={fixed} disabled={!mayManage} />
          <Field label={t("company.margin")} hint={t("company.marginHint")}>
            <input className="input" type="number" min="0" max="100" step="0.01" value={value.margin} onChange={(event) => set({ margin: event.target.value })} />
          </Field>
          <Field label={t("company.calls")} hint={t("company.callsHint")}>
            <input className="input" type="number" min="1" max="1000" required value={value.calls} onChange={(event) => set({ calls: event.target.value })} />
          </Field>
          <Field label={t("company.lag")} hint={t("company.lagHint")}>
            <input className="input" type="number" min="0" max="365" required value={value.lag} onChange={(event) => set({ lag: event.target.value })} />
          </Field>
          <p className="soft small">
            {t("company.horizon")} <Link to="/predictions">{t("company.horizonWhere")}</Link>
          </p>
          {save.error && <ProblemView error={save.error} />}
          {mayManage ? (
            <div className="row">
              <Button kind="primary" type="submit" disabled={save.isPending}>
                {t("save")}
              </Button>
              <span role="status" className="soft">
                {save.isSuccess ? t("saved") : ""}
              </span>
            </div>
          ) : (
            <p className="soft">{t("company.readOnly")}</p>
          )}
        </fieldset>
      </form>
    </Panel>
  );
}
