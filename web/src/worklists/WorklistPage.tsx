import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api } from "../api/client";
import { useMay } from "../api/session";
import type { PersonRef } from "../api/types";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { rankedBars } from "../charts/rankedBars";
import { SegmentTag } from "../customers/SegmentTag";
import { AnswerPage } from "../design/AnswerPage";
import { Button, ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { Segmented } from "../design/Field";
import { Menu } from "../design/Popover";
import { DataTable } from "../design/table/DataTable";
import type { Column } from "../design/table/types";
import { microsForDrawing } from "../i18n/format";
import { useFormat } from "../i18n/useFormat";
import { OutcomeDialog } from "./OutcomeDialog";
import type { Worklist, WorklistItem } from "./types";

type Whose = "mine" | "all";

export default function WorklistPage() {
  const { t } = useTranslation("worklists");
  const context = useChartContext();
  const { format } = context;
  const go = useNavigate();
  const [whose, setWhose] = useState<Whose>("all");
  const [calling, setCalling] = useState<WorklistItem | null>(null);
  const list = useQuery({ queryKey: ["worklist", whose], queryFn: ({ signal }) => api.get<Worklist>("/worklist", { owner: whose === "mine" ? "me" : null, limit: 200 }, signal) });
  const data = list.data;
  const columns = useColumns(setCalling);
  const open = data?.items.filter((item) => item.state !== "done") ?? [];
  return (
    <AnswerPage
      title={t("title")}
      loading={list.isPending}
      error={list.error}
      onRetry={() => void list.refetch()}
      answer={
        data &&
        (data.open > 0 ? (
          <Trans ns="worklists" i18nKey="answer" count={data.open} values={{ formatted: format.number(data.open), stake: format.money(data.at_stake_micros, { whole: true }) }} components={{ b: <b /> }} />
        ) : (
          t("allDone")
        ))
      }
      note={data && t("note", { day: format.day(data.as_of), done: format.number(data.done_today) })}
      actions={<Segmented label={t("whose")} value={whose} onChange={setWhose} options={[{ value: "all", label: t("all") }, { value: "mine", label: t("mine") }]} />}
      empty={
        data?.total === 0 && (
          <EmptyState
            icon="worklist"
            title={t("empty.title")}
            action={
              <ButtonLink kind="primary" to="/imports/new" icon="imports">
                {t("empty.import")}
              </ButtonLink>
            }
          >
            {t("empty.text")}
          </EmptyState>
        )
      }
    >
      {data && open.length > 0 && (
        <ChartFrame
          title={t("picture")}
          note={t("pictureNote")}
          file="worklist"
          onSelect={(key) => void go(`/customers/${key}`)}
          drawing={rankedBars(
            open.map((item) => ({
              key: item.customer.id,
              name: item.customer.name,
              overdueDays: item.overdue_days,
              usualSpend: microsForDrawing(item.usual_spend_micros),
              usualSpendText: format.money(item.usual_spend_micros, { whole: true }),
            })),
            context,
          )}
        />
      )}
      {data && (
        <section className="panel" aria-label={t("title")}>
          <DataTable name={t("title")} columns={columns} rows={data.items} keyOf={(item) => item.id} nameOf={(item) => item.customer.name} tall />
        </section>
      )}
      {calling && <OutcomeDialog item={calling} onClose={() => setCalling(null)} />}
    </AnswerPage>
  );
}

function useColumns(onCall: (item: WorklistItem) => void): Column<WorklistItem>[] {
  const { t } = useTranslation("worklists");
  const format = useFormat();
  const whole = (days: number) => t("days", { count: Math.round(days), formatted: format.number(days, { maximumFractionDigits: 0 }) });
  return [
    {
      key: "customer",
      title: t("fields.customer"),
      main: true,
      render: (item) => (
        <Link className="table-name" to={`/customers/${item.customer.id}`}>
          {item.customer.name}
        </Link>
      ),
    },
    { key: "overdue", title: t("fields.overdue"), numeric: true, render: (item) => whole(item.overdue_days) },
    { key: "gap", title: t("fields.gap"), numeric: true, render: (item) => whole(item.usual_gap_days) },
    { key: "last", title: t("fields.last"), numeric: true, render: (item) => format.day(item.last_order_on) },
    { key: "spend", title: t("fields.spend"), numeric: true, render: (item) => format.money(item.usual_spend_micros) },
    { key: "segment", title: t("fields.segment"), render: (item) => <SegmentTag segment={item.segment} /> },
    { key: "owner", title: t("fields.owner"), render: (item) => <Owner item={item} /> },
    {
      key: "actions",
      title: t("fields.next"),
      render: (item) =>
        item.state === "done" ? (
          <span className="tag tag--gain">{item.last_outcome ? t(`outcomes.${item.last_outcome}`) : t("done")}</span>
        ) : (
          <span className="row">
            <Button icon="phone" aria-label={t("callWho", { name: item.customer.name })} onClick={() => onCall(item)}>
              {t("call")}
            </Button>
            {item.last_outcome && <span className="small faint">{t(`outcomes.${item.last_outcome}`)}</span>}
          </span>
        ),
    },
  ];
}

function Owner({ item }: { item: WorklistItem }) {
  const { t } = useTranslation("worklists");
  const mayAssign = useMay("assign");
  const queries = useQueryClient();
  const { data: people = [] } = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => api.get<{ items: PersonRef[] }>("/people", {}, signal).then((page) => page.items), enabled: mayAssign });
  const assign = useMutation({
    mutationFn: (owner: string) => api.post(`/worklist/${item.id}/assign`, { owner_id: owner }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["worklist"] }),
  });
  const name = item.owner?.name ?? t("nobody");
  if (!mayAssign) return <>{name}</>;
  return <Menu kind="text" label={name} name={t("assignWho", { name: item.customer.name, owner: name })} entries={people.map((person) => ({ key: person.id, label: person.name, chosen: person.id === item.owner?.id, onChoose: () => assign.mutate(person.id) }))} />;
}
