import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { answer, client } from "../api/client";
import { customerQuery } from "../customers/queries";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { FieldWords } from "./FieldWords";
import { fieldsQuery } from "./queries";
import type { Choices } from "./types";
import { useMoved } from "./useActs";
import "./identities.css";

/** What each source says of a customer, field by field, and whose word stands. */
export default function FieldsPage() {
  const id = Number(useParams().id);
  const { t } = useTranslation("identities");
  const format = useFormat();
  const queries = useQueryClient();
  const moved = useMoved();
  const customer = useQuery(customerQuery(id));
  const fields = useQuery(fieldsQuery(id));
  const [choices, setChoices] = useState<Choices>({});
  const save = useMutation({
    mutationFn: () => answer(client.POST("/identities/customers/{customer_id}/fields", { params: { path: { customer_id: id } }, body: { revision: fields.data?.revision ?? 1, choices } })),
    onSuccess: (next) => {
      queries.setQueryData(fieldsQuery(id).queryKey, next);
      setChoices({});
      moved();
    },
    onError: () => void fields.refetch(),
  });
  const data = fields.data;
  const differ = data?.items.filter((item) => item.conflict).length ?? 0;
  const name = customer.data?.name || customer.data?.external_id || "";
  const changed = Object.keys(choices).length > 0;
  return (
    <AnswerPage
      title={t("words.title")}
      loading={fields.isPending || customer.isPending}
      error={fields.error ?? customer.error}
      onRetry={() => void Promise.all([fields.refetch(), customer.refetch()])}
      answer={differ > 0 ? <Trans ns="identities" i18nKey="words.answer" count={differ} values={{ formatted: format.number(differ), name }} components={{ b: <b /> }} /> : t("words.answerNone", { name })}
      note={t("words.note")}
      actions={
        <>
          <ButtonLink icon="left" to={`/customers/${id}`}>
            {t("words.back")}
          </ButtonLink>
          {data?.may_write && (
            <Button kind="primary" icon="check" disabled={!changed || save.isPending} onClick={() => save.mutate()}>
              {t("words.save")}
            </Button>
          )}
        </>
      }
    >
      {save.error && <ProblemView error={save.error} />}
      {save.isSuccess && !changed && <p role="status">{t("words.saved")}</p>}
      {data && <FieldWords items={data.items} choices={choices} onChoose={data.may_write ? (field, identity) => setChoices({ ...choices, [field]: identity }) : undefined} />}
    </AnswerPage>
  );
}
