import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { api } from "../api/client";
import { sessionQuery } from "../api/session";
import type { Session } from "../api/types";
import { Button } from "../design/Button";
import { Field } from "../design/Field";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { EntryLayout } from "./EntryLayout";
import { NewPasswordField } from "./PasswordField";

interface Invitation {
  company: string;
  email: string;
  invited_by: string;
}

export default function InvitationPage() {
  const { t } = useTranslation("entry");
  const [address] = useSearchParams();
  const key = address.get("key") ?? "";
  const go = useNavigate();
  const queries = useQueryClient();
  const invitation = useQuery({ queryKey: ["invitation", key], queryFn: ({ signal }) => api.get<Invitation>("/invitations/by-key", { key }, signal), retry: false });
  const accept = useMutation({
    mutationFn: (form: FormData) => api.post<Session>("/invitations/accept", { key, name: String(form.get("name")), password: String(form.get("password")) }),
    onSuccess: (session) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      void go("/worklist", { replace: true });
    },
  });
  const data = invitation.data;
  return (
    <EntryLayout title={data ? t("invitation.title", { company: data.company }) : t("invitation.plain")} lead={data && t("invitation.lead", { by: data.invited_by, email: data.email })}>
      {invitation.error && (
        <div className="entry__form">
          <ProblemView error={invitation.error} />
        </div>
      )}
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
            <input className="input input--wide" name="name" autoComplete="name" maxLength={120} required />
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
