import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { api } from "../api/client";
import { sessionQuery } from "../api/session";
import type { Session } from "../api/types";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { Icon } from "../design/Icon";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useLanguage } from "../i18n/useFormat";
import { CompanyFields, type CompanyBasics } from "../settings/CompanyFields";
import { EntryLayout } from "./EntryLayout";
import { NewPasswordField } from "./PasswordField";

type Start = "sample" | "own";

/** GET /setup: whether the one-use link is still good. */
interface SetupState {
  valid: boolean;
}

export default function SetupPage() {
  const { t } = useTranslation("entry");
  const [address] = useSearchParams();
  const key = address.get("key") ?? "";
  const [start, setStart] = useState<Start | null>(null);
  const state = useQuery({ queryKey: ["setup", key], queryFn: ({ signal }) => api.get<SetupState>("/setup", { key }, signal), retry: false });
  if (state.error || (state.data && !state.data.valid)) {
    return (
      <EntryLayout title={t("setup.title")} wide>
        <div className="entry__form">{state.error ? <ProblemView error={state.error} /> : <ProblemView body={{ code: "setup_link_invalid", what: t("setup.used"), remedy: t("setup.usedRemedy") }} />}</div>
      </EntryLayout>
    );
  }
  if (!state.data) {
    return (
      <EntryLayout title={t("setup.title")} wide>
        <SkeletonLines />
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
  return <AccountForm setupKey={key} start={start} onBack={() => setStart(null)} />;
}

function AccountForm({ setupKey, start, onBack }: { setupKey: string; start: Start; onBack: () => void }) {
  const { t } = useTranslation("entry");
  const language = useLanguage();
  const go = useNavigate();
  const queries = useQueryClient();
  const [company, setCompany] = useState<CompanyBasics>({
    name: "",
    currency: language === "zh" ? "CNY" : "GBP",
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    language,
  });
  const create = useMutation({
    mutationFn: (form: FormData) =>
      api.post<Session>("/setup", {
        key: setupKey,
        start,
        administrator: { name: String(form.get("name")), email: String(form.get("email")), password: String(form.get("password")), language },
        company: start === "own" ? company : null,
      }),
    onSuccess: (session) => {
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, session);
      void go(start === "own" ? "/imports/new" : "/worklist", { replace: true });
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
          <input className="input input--wide" name="name" autoComplete="name" maxLength={120} required autoFocus />
        </Field>
        <Field label={t("email")}>
          <input className="input input--wide" type="email" name="email" autoComplete="username" required />
        </Field>
        <NewPasswordField />
        {start === "own" && <CompanyFields value={company} onChange={setCompany} />}
        {create.error && <ProblemView error={create.error} />}
        <div className="row">
          <Button kind="primary" type="submit" disabled={create.isPending}>
            {create.isPending ? t("setup.working") : t("setup.create")}
          </Button>
          <Button onClick={onBack}>{t("setup.back")}</Button>
        </div>
      </form>
    </EntryLayout>
  );
}
