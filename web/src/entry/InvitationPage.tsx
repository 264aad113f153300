import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { answer, client } from "../api/client";
import { sessionQuery } from "../api/session";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useLanguage } from "../i18n/useFormat";
import { EntryLayout } from "./EntryLayout";
import { NewPasswordField } from "./PasswordField";
import { useLinkToken } from "./token";

export default function InvitationPage() {
  const { t } = useTranslation("entry");
  const token = useLinkToken();
  const language = useLanguage();
  const go = useNavigate();
  const queries = useQueryClient();
  const accept = useMutation({
    mutationFn: (form: FormData) => answer(client.POST("/accounts/invitations/accept", { body: { token, name: String(form.get("name")), password: String(form.get("password")), language } })),
    onSuccess: (me) => {
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, me);
      void go("/worklist", { replace: true });
    },
  });
  // Once it is accepted the link is spent, and asking again would only be refused.
  const invitation = useQuery({ queryKey: ["invitation", token], queryFn: ({ signal }) => answer(client.POST("/accounts/invitations/look", { body: { token }, signal })), retry: false, staleTime: Infinity, enabled: !accept.isSuccess });
  const data = invitation.data;
  return (
    <EntryLayout title={data?.company ? t("invitation.title", { company: data.company }) : t("invitation.plain")} lead={data && t("invitation.lead", { email: data.email })}>
      {invitation.error && <ProblemView error={invitation.error} />}
      {invitation.isPending && <SkeletonLines />}
      {data && (
        <form
          className="entry__form"
          onSubmit={(event) => {
            event.preventDefault();
            accept.mutate(new FormData(event.currentTarget));
          }}
        >
          <Field label={t("yourName")}>
            <input className="input input--wide" name="name" autoComplete="name" maxLength={100} defaultValue={data.name} required />
          </Field>
          <NewPasswordField />
          {accept.error && <ProblemView error={accept.error} />}
          <Button kind="primary" type="submit" disabled={accept.isPending}>
            {t("invitation.accept")}
          </Button>
        </form>
      )}
    </EntryLayout>
  );
}
