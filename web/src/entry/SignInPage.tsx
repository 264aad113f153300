import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { answer, client } from "../api/client";
import { sessionQuery } from "../api/session";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import { EntryLayout } from "./EntryLayout";
import { safeNext } from "./next";

export default function SignInPage() {
  const { t } = useTranslation("entry");
  const [address] = useSearchParams();
  const go = useNavigate();
  const queries = useQueryClient();
  const signIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => answer(client.POST("/accounts/sign-in", { body })),
    onSuccess: (me) => {
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, me);
      void go(safeNext(address.get("next")), { replace: true });
    },
  });
  return (
    <EntryLayout title={t("signIn.title")} lead={t("signIn.lead")}>
      <form
        className="entry__form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          signIn.mutate({ email: String(form.get("email")), password: String(form.get("password")) });
        }}
      >
        <Field label={t("email")}>
          <input className="input input--wide" type="email" name="email" autoComplete="username" required autoFocus />
        </Field>
        <Field label={t("password")}>
          <input className="input input--wide" type="password" name="password" autoComplete="current-password" required />
        </Field>
        {signIn.error && <ProblemView error={signIn.error} />}
        <Button kind="primary" type="submit" disabled={signIn.isPending}>
          {t("signIn.do")}
        </Button>
      </form>
      <p className="entry__foot">
        <Link to="/reset">{t("signIn.forgot")}</Link>
      </p>
    </EntryLayout>
  );
}
