import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { answer, client } from "../api/client";
import { Problem } from "../api/problem";
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
    mutationFn: (body: { email: string; password: string; code: string }) => answer(client.POST("/accounts/sign-in", { body })),
    onSuccess: (me) => {
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, me);
      void go(safeNext(address.get("next")), { replace: true });
    },
  });
  // Known only once the password was right; from then on the field stays, also after a wrong code.
  const asked = signIn.error instanceof Problem && signIn.error.body.code.startsWith("second_factor");
  const due = asked && (signIn.error as Problem).body.code === "second_factor_needed";
  return (
    <EntryLayout title={t("signIn.title")} lead={t("signIn.lead")}>
      <form
        className="entry__form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          signIn.mutate({ email: String(form.get("email")), password: String(form.get("password")), code: String(form.get("code") ?? "") });
        }}
      >
        <Field label={t("email")}>
          <input className="input input--wide" type="email" name="email" autoComplete="username" required autoFocus />
        </Field>
        <Field label={t("password")}>
          <input className="input input--wide" type="password" name="password" autoComplete="current-password" required />
        </Field>
        {(asked || signIn.variables?.code) && (
          <Field label={t("signIn.code")} hint={t("signIn.codeHint")}>
            <input className="input input--wide" name="code" autoComplete="one-time-code" autoCapitalize="characters" maxLength={40} required autoFocus />
          </Field>
        )}
        {signIn.error && !due && <ProblemView error={signIn.error} />}
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
