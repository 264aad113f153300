import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { timelineQuery } from "../customers/queries";
import type { TimelineEntry, TimelineKind } from "../customers/types";
import { Button } from "../design/Button";
import { DayField } from "../design/DayField";
import { Segmented } from "../design/Field";
import { Icon, type IconName } from "../design/Icon";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import "./timeline.css";

const icons: Record<TimelineKind, IconName> = { order: "order", return: "undo", note: "note", task: "task", call: "phone", change: "edit", import: "imports" };
const groups = { all: [], orders: ["order", "return"], people: ["note", "task", "call"], record: ["change", "import"] } satisfies Record<string, TimelineKind[]>;
type Group = keyof typeof groups;

/** Everything that happened with one customer, the latest first, and the place to add a note or a task. */
export function Timeline({ customerId }: { customerId: string }) {
  const { t } = useTranslation("activities");
  const [group, setGroup] = useState<Group>("all");
  const entries = useInfiniteQuery(timelineQuery(customerId, groups[group]));
  const list = entries.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel
      title={t("title")}
      actions={<Segmented label={t("filter")} value={group} onChange={setGroup} options={(Object.keys(groups) as Group[]).map((value) => ({ value, label: t(`groups.${value}`) }))} />}
    >
      <div className="stack">
        <NewEntry customerId={customerId} />
        {entries.error ? (
          <ProblemView error={entries.error} onRetry={() => void entries.refetch()} />
        ) : entries.isPending ? (
          <SkeletonLines count={6} />
        ) : list.length === 0 ? (
          <p className="soft">{t("empty")}</p>
        ) : (
          <ol className="timeline">
            {list.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ol>
        )}
        {entries.hasNextPage && (
          <Button kind="text" onClick={() => void entries.fetchNextPage()} disabled={entries.isFetchingNextPage}>
            {t("more")}
          </Button>
        )}
      </div>
    </Panel>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const format = useFormat();
  const { t } = useTranslation("activities");
  return (
    <li className="timeline__entry">
      <span className="timeline__mark">
        <Icon name={icons[entry.kind]} size={16} />
      </span>
      <div>
        <p className="row row--apart">
          <span>{format.spaced(entry.title)}</span>
          {entry.amount_micros !== null && <strong>{format.money(entry.amount_micros)}</strong>}
        </p>
        {entry.detail && <p className="soft timeline__detail">{entry.detail}</p>}
        <p className="small faint">
          {format.instant(entry.at)}
          {entry.by && ` · ${entry.by.name}`}
          {entry.due_on && ` · ${t(entry.done ? "done" : "due", { day: format.day(entry.due_on) })}`}
        </p>
      </div>
    </li>
  );
}

function NewEntry({ customerId }: { customerId: string }) {
  const { t } = useTranslation("activities");
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [due, setDue] = useState("");
  const add = useMutation({
    mutationFn: () => (due ? api.post("/tasks", { customer_id: customerId, title: text, due_on: due }) : api.post("/notes", { customer_id: customerId, text })),
    onSuccess: () => {
      setText("");
      setDue("");
      void queries.invalidateQueries({ queryKey: ["customers", "timeline", customerId] });
    },
  });
  return (
    <form
      className="new-entry"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) add.mutate();
      }}
    >
      <textarea className="input input--wide" rows={2} value={text} maxLength={5000} aria-label={t("write")} placeholder={t("write")} onChange={(event) => setText(event.target.value)} />
      <div className="row row--apart">
        <span className="row small soft">
          {t("followUp")}
          <DayField aria-label={t("followUp")} value={due} onChange={setDue} />
        </span>
        <Button type="submit" disabled={!text.trim() || add.isPending}>
          {due ? t("addTask") : t("addNote")}
        </Button>
      </div>
      {add.error && <ProblemView error={add.error} />}
    </form>
  );
}
