import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { answer, client, type Schema } from "../api/client";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { useFormat } from "../i18n/useFormat";
import { customersOf } from "./addresses";
import { FieldWords } from "./FieldWords";
import { joinQuery } from "./queries";
import type { Choices } from "./types";
import { useMoved, useUndo } from "./useActs";
import "./identities.css";

/** Several customers side by side, to be made one: what each brings, and whose word of each field is to stand. */
export default function MergePage() {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const go = useNavigate();
  const moved = useMoved();
  const [address] = useSearchParams();
  const customers = customersOf(address);
  const [choices, setChoices] = useState<Choices>({});
  const [undone, setUndone] = useState(false);
  const join = useMutation({
    mutationFn: () => answer(client.POST("/identities/join", { body: { customers, choices: Object.fromEntries(Object.entries(choices).filter((one): one is [string, number] => one[1] !== null)) } })),
    onSuccess: () => {
      setUndone(false);
      moved();
    },
  });
  const done = join.data && !undone ? join.data : null;
  // Once they are one there is nothing to compare any more.
  const preview = useQuery({ ...joinQuery(customers), enabled: customers.length > 1 && done === null });
  const undo = useUndo(() => setUndone(true));
  const data = preview.data;
  const stays = data?.customers.find((one) => one.customer === data.stays);
  const few = customers.length < 2;
  return (
    <AnswerPage
      title={t("merge.title")}
      loading={!few && preview.isPending}
      error={done ? null : preview.error}
      onRetry={() => void preview.refetch()}
      answer={done ? t("merge.done") : data && <Trans ns="identities" i18nKey="merge.answer" values={{ formatted: format.number(data.customers.length), name: nameOf(stays) }} components={{ b: <b /> }} />}
      note={undone ? t("merge.undone") : t("merge.note")}
      empty={
        few && (
          <EmptyState icon="merge" title={t("merge.title")} action={<ButtonLink to="/customers">{t("merge.list")}</ButtonLink>}>
            {t("merge.few")}
          </EmptyState>
        )
      }
      actions={
        done ? (
          <>
            <Button icon="undo" disabled={undo.isPending} onClick={() => undo.mutate(done.decision)}>
              {t("merge.undo")}
            </Button>
            <ButtonLink kind="primary" icon="right" to={`/customers/${done.customers[0]}`}>
              {t("merge.open")}
            </ButtonLink>
          </>
        ) : (
          !few && (
            <>
              <Button onClick={() => void go(-1)}>{t("merge.leave")}</Button>
              <Button kind="primary" icon="merge" disabled={!data || join.isPending} onClick={() => join.mutate()}>
                {t("merge.do")}
              </Button>
            </>
          )
        )
      }
    >
      {(join.error ?? undo.error) && <ProblemView error={join.error ?? undo.error} />}
      {data && !done && (
        <>
          <Brings customers={data.customers} stays={data.stays} />
          <FieldWords items={data.items} choices={choices} onChoose={(field, identity) => setChoices({ ...choices, [field]: identity })} />
        </>
      )}
    </AnswerPage>
  );
}

type Joined = Schema<"JoinedCustomer">;

const nameOf = (one: Joined | undefined) => (one ? one.name || `#${one.customer}` : "");

function Brings({ customers, stays }: { customers: Joined[]; stays: number }) {
  const { t } = useTranslation("identities");
  const format = useFormat();
  const count = (value: number | null) => (value === null ? "–" : format.number(value));
  return (
    <Panel title={t("merge.brings")} flush>
      <DataTable
        name={t("merge.brings")}
        rows={customers}
        keyOf={(row) => String(row.customer)}
        nameOf={nameOf}
        columns={[
          {
            key: "name",
            title: t("merge.customer"),
            main: true,
            render: (row) => (
              <span className="row">
                <Link className="table-name" to={`/customers/${row.customer}`}>
                  {nameOf(row)}
                </Link>
                {row.customer === stays && <span className="tag">{t("merge.stays")}</span>}
              </span>
            ),
          },
          { key: "orders", title: t("part.orders"), numeric: true, render: (row) => count(row.orders) },
          { key: "spend", title: t("part.spend"), numeric: true, render: (row) => format.amount(row.spend) },
          { key: "identities", title: t("merge.records"), numeric: true, render: (row) => count(row.identities) },
          { key: "notes", title: t("part.notes"), numeric: true, render: (row) => count(row.notes) },
          { key: "tasks", title: t("part.tasks"), numeric: true, render: (row) => count(row.tasks) },
          { key: "calls", title: t("part.calls"), numeric: true, render: (row) => count(row.calls) },
        ]}
      />
    </Panel>
  );
}
