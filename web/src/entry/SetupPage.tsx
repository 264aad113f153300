import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useNavigate } from "react-router";
import { answer, client } from "../api/client";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Icon } from "../design/Icon";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useLanguage } from "../i18n/useFormat";
import { CompanyFields, type CompanyBasics } from "../settings/CompanyFields";
import { currencyOf } from "../settings/currencies";
import { regionsQuery, suggestedBy } from "../settings/regions";
import { EntryLayout } from "./EntryLayout";
import { arriveAt } from "./moving";
import { NewPasswordField } from "./PasswordField";
import { useLinkToken } from "./token";

type Start = "sample" | "own";

export default function SetupPage() {
  const { t } = useTranslation("entry");
  const token = useLinkToken();
  const [start, setStart] = useState<Start | null>(null);
  const state = useQuery({ queryKey: ["setup"], queryFn: ({ signal }) => answer(client.GET("/accounts/setup/state", { signal })), retry: false });
  if (state.error || !state.data) {
    return (
      <EntryLayout title={t("setup.title")} wide>
        {state.error ? <ProblemView error={state.error} onRetry={() => void state.refetch()} /> : <SkeletonLines />}
      </EntryLayout>
    );
  }
  if (!state.data.needed) return token ? <Used /> : <Navigate to="/sign-in" replace />;
  if (!token) {
    return (
      <EntryLayout title={t("setup.linkTitle")} lead={t("setup.linkLead")}>
        <p className="secret">{"zhiji user setup-link"}</p>
      </EntryLayout>
    );
  }
  if (!start) {
    return (
      <EntryLayout title={t("setup.title")} lead={t("setup.lead")} wide>
        <div className="choices">
          <button type="button" className="choice" onClick={() => setStart("own")}>
            <Icon name="imports" size={28} />
            <span className="choice__title">{t("setup.own")}</span>
            <span className="soft">{t("setup.ownText")}</span>
          </button>
          <button type="button" className="choice" onClick={() => setStart("sample")}>
            <Icon name="dashboards" size={28} />
            <span className="choice__title">{t("setup.sample")}</span>
            <span className="soft">{t("setup.sampleText")}</span>
          </button>
        </div>
      </EntryLayout>
    );
  }
  return <AccountForm token={token} start={start} onBack={() => setStart(null)} />;
}

function Used() {
  const { t } = useTranslation("entry");
  return (
    <EntryLayout title={t("setup.used")} lead={t("setup.usedRemedy")}>
      <p className="entry__foot">
        <Link to="/sign-in">{t("reset.back")}</Link>
      </p>
    </EntryLayout>
  );
}

function AccountForm({ token, start, onBack }: { token: string; start: Start; onBack: () => void }) {
  const { t } = useTranslation("entry");
  const language = useLanguage();
  const go = useNavigate();
  const queries = useQueryClient();
  const { data: regions = [] } = useQuery(regionsQuery);
  // Null until somebody chooses: then it is the currency of the country in which the zone lies.
  const [currency, setCurrency] = useState<string | null>(null);
  const [basics, setBasics] = useState({ name: "", zone: Intl.DateTimeFormat().resolvedOptions().timeZone, region: null as string | null, language });
  const suggested = currencyOf(suggestedBy(basics.zone, regions)) ?? (language === "zh" ? "CNY" : "USD");
  const company: CompanyBasics = { ...basics, currency: currency ?? suggested };
  const setCompany = ({ currency: chosen, ...rest }: CompanyBasics) => {
    setBasics({ ...basics, ...rest });
    if (chosen !== company.currency) setCurrency(chosen);
  };
  const create = useMutation({
    mutationFn: async (form: FormData) => {
      const text = (name: string) => String(form.get(name) ?? "");
      const moved = await answer(
        client.POST("/accounts/setup", {
          body: { token, choice: start, name: text("name"), email: text("email"), password: text("password"), language, company: start === "own" ? company : null },
        }),
      );
      return moved.switching ? arriveAt(moved.workspace, moved.ticket) : true;
    },
    onSuccess: (signedIn) => {
      queries.clear();
      if (signedIn) void go(start === "own" ? "/imports/new" : "/worklist", { replace: true });
      else void go("/sign-in", { replace: true });
    },
  });
  return (
    <EntryLayout title={start === "own" ? t("setup.ownForm") : t("setup.sampleForm")} lead={t("setup.accountLead")}>
      <form
        className="entry__form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(new FormData(event.currentTarget));
        }}
      >
        <Field label={t("yourName")}>
          <input className="input input--wide" name="name" autoComplete="name" maxLength={100} required autoFocus />
        </Field>
        <Field label={t("email")}>
          <input className="input input--wide" type="email" name="email" autoComplete="username" maxLength={254} required />
        </Field>
        <NewPasswordField />
        {start === "own" && <CompanyFields value={company} onChange={setCompany} />}
        {create.error && <ProblemView error={create.error} />}
        <div className="row">
          <Button kind="primary" type="submit" disabled={create.isPending}>
            {create.isPending ? t("setup.working") : t("setup.create")}
          </Button>
          <Button onClick={onBack} disabled={create.isPending}>
            {t("setup.back")}
          </Button>
        </div>
        {create.isPending && start === "sample" && (
          <p className="soft" role="status">
            {t("setup.moving")}
          </p>
        )}
      </form>
    </EntryLayout>
  );
}
