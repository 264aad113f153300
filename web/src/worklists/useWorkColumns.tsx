import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, client } from "../api/client";
import { optionsQuery } from "../api/people";
import { useMe } from "../api/session";
import { SegmentTag } from "../customers/SegmentTag";
import { Button } from "../design/Button";
import { Menu } from "../design/Popover";
import type { Column } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { Reach } from "./Reach";
import { dayFromToday, type WorkItem } from "./queries";

const SNOOZES = [1, 3, 7, 14] as const;

/** What can be done with one call besides making it. */
function useWork() {
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries({ queryKey: ["worklist"] });
  const assign = useMutation({ mutationFn: ({ id, to }: { id: number; to: number | null }) => answer(client.POST("/worklists/assign", { body: { ids: [id], assignee: to, to_me: false } })), onSuccess });
  const snooze = useMutation({ mutationFn: ({ id, until }: { id: number; until: string }) => answer(client.POST("/worklists/{item_id}/snooze", { params: { path: { item_id: id } }, body: { until } })), onSuccess });
  const reopen = useMutation({ mutationFn: (id: number) => answer(client.POST("/worklists/{item_id}/reopen", { params: { path: { item_id: id } } })), onSuccess });
  return { assign, snooze, reopen, error: assign.error ?? snooze.error ?? reopen.error };
}

export function useWorkColumns(state: "open" | "snoozed", onCall: (item: WorkItem) => void): { columns: Column<WorkItem>[]; error: unknown } {
  const { t } = useTranslation("worklists");
  const format = useFormat();
  const work = useWork();
  const nameOf = (item: WorkItem) => item.customer.name || item.customer.external_id;
  const whole = (days: number) => t("days", { count: Math.round(days), formatted: format.number(days, { maximumFractionDigits: 0 }) });
  const columns: Column<WorkItem>[] = [
    {
      key: "customer",
      title: t("fields.customer"),
      main: true,
      render: (item) => (
        <span className="work-name">
          <Link className="table-name" to={`/customers/${item.customer.id}`}>
            {nameOf(item)}
          </Link>
          <span className="small soft block work-reason">{format.spaced(item.reason.what)}</span>
        </span>
      ),
    },
    { key: "stake", title: format.isWorth ? t("fields.stakeWorth") : t("fields.stake"), numeric: true, render: (item) => <strong>{format.money(format.worthOf(item.at_stake_micros), { whole: true })}</strong> },
    { key: "overdue", title: t("fields.overdue"), numeric: true, render: (item) => whole(item.overdue_days) },
    { key: "reach", title: t("fields.reach"), render: (item) => <Reach phone={item.customer.phone} email={item.customer.email} /> },
    { key: "segment", title: t("fields.segment"), render: (item) => <SegmentTag segment={item.customer.segment} /> },
    { key: "assignee", title: t("fields.assignee"), render: (item) => <Assignee item={item} name={nameOf(item)} onAssign={(to) => work.assign.mutate({ id: item.id, to })} /> },
    {
      key: "actions",
      title: t("fields.next"),
      pinned: true,
      render: (item) =>
        !item.may_write ? null : state === "snoozed" ? (
          <span className="row">
            {item.snoozed_until && <span className="small soft">{t("until", { day: format.day(item.snoozed_until) })}</span>}
            <Button aria-label={`${t("wake")}: ${nameOf(item)}`} onClick={() => work.reopen.mutate(item.id)}>
              {t("wake")}
            </Button>
          </span>
        ) : (
          <span className="row work-actions">
            <Button icon="phone" data-call aria-label={t("callWho", { name: nameOf(item) })} onClick={() => onCall(item)}>
              {t("call")}
            </Button>
            <Menu
              kind="text"
              align="end"
              label={t("snooze")}
              name={t("snoozeWho", { name: nameOf(item) })}
              entries={SNOOZES.map((days) => ({ key: String(days), label: t("snoozeFor", { count: days }), onChoose: () => work.snooze.mutate({ id: item.id, until: dayFromToday(days, format.zone) }) }))}
            />
          </span>
        ),
    },
  ];
  return { columns, error: work.error };
}

function Assignee({ item, name, onAssign }: { item: WorkItem; name: string; onAssign: (to: number | null) => void }) {
  const { t } = useTranslation("worklists");
  const me = useMe();
  const { data } = useQuery({ ...optionsQuery, enabled: item.may_write });
  const shown = item.assignee?.name ?? item.owner?.name ?? t("nobodyYet");
  if (!item.may_write) return <>{shown}</>;
  const people = (data?.owners ?? []).filter((person) => person.value !== null);
  const mine = me && { key: "me", label: t("toMe"), chosen: item.assignee?.id === me.id, onChoose: () => onAssign(me.id) };
  return (
    <Menu
      kind="text"
      label={shown}
      name={t("assignWho", { name, owner: shown })}
      entries={[
        ...(mine ? [mine] : []),
        ...people.filter((person) => person.value !== me?.id).map((person) => ({ key: String(person.value), label: person.name, chosen: person.value === item.assignee?.id, onChoose: () => onAssign(person.value) })),
        { key: "nobody", label: t("nobodyYet"), chosen: item.assignee === null, onChoose: () => onAssign(null) },
      ]}
    />
  );
}
