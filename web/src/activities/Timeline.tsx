import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { useMay, useMe } from "../api/session";
import { timelineQuery } from "../customers/queries";
import type { TimelineItem, TimelineKind } from "../customers/types";
import { Button } from "../design/Button";
import { Segmented } from "../design/Field";
import { Icon, type IconName } from "../design/Icon";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { SkeletonLines } from "../design/Skeleton";
import { useFormat } from "../i18n/useFormat";
import { NewEntry } from "./NewEntry";
import { OrderLines } from "./OrderLines";
import { useWritten } from "./queries";
import { useEntryText } from "./useEntryText";
import "./timeline.css";

const icons: Record<TimelineKind, IconName> = { order: "order", return: "undo", note: "note", task: "task", call: "phone", interaction: "link", change: "edit" };
const groups = { all: [], orders: ["order", "return"], people: ["note", "task", "call", "interaction"], record: ["change"] } satisfies Record<string, TimelineKind[]>;
type Group = keyof typeof groups;

/** Everything that happened with one customer, the latest first, and the place to add to it. */
export function Timeline({ customerId, mayWrite }: { customerId: number; mayWrite: boolean }) {
  const { t } = useTranslation("activities");
  const [group, setGroup] = useState<Group>("all");
  const mayAdd = useMay("activity") && mayWrite;
  const entries = useInfiniteQuery(timelineQuery(customerId, groups[group]));
  const list = (entries.data?.pages.flatMap((page) => page.items) ?? []) as TimelineItem[];
  return (
    <Panel
      title={t("title")}
      actions={<Segmented label={t("filter")} value={group} onChange={setGroup} options={(Object.keys(groups) as Group[]).map((value) => ({ value, label: t(`groups.${value}`) }))} />}
    >
      <div className="stack">
        {mayAdd && <NewEntry customerId={customerId} />}
        {entries.error ? (
          <ProblemView error={entries.error} onRetry={() => void entries.refetch()} />
        ) : entries.isPending ? (
          <SkeletonLines count={6} />
        ) : list.length === 0 ? (
          <p className="soft">{t("empty")}</p>
        ) : (
          <ol className="timeline">
            {list.map((entry) => (
              <Entry key={`${entry.kind}-${entry.id}`} entry={entry} customerId={customerId} />
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

function Entry({ entry, customerId }: { entry: TimelineItem; customerId: number }) {
  const format = useFormat();
  const me = useMe();
  const { title, detail, by, state } = useEntryText(entry);
  const own = entry.note?.author?.id === me?.id ? entry.note : null;
  return (
    <li className="timeline__entry">
      <span className="timeline__mark">
        <Icon name={icons[entry.kind]} size={16} />
      </span>
      <div>
        <p className="row row--apart">
          <span>{format.spaced(title)}</span>
          {entry.order && <strong>{format.amount(entry.kind === "return" ? entry.order.taken_back : entry.order.value)}</strong>}
        </p>
        {own ? <OwnNote id={own.id} text={own.text} customerId={customerId} /> : detail && <p className="soft timeline__detail">{detail}</p>}
        {entry.order && <OrderLines customerId={customerId} order={entry.order} />}
        <p className="small faint">{[format.instant(entry.at), by, state].filter(Boolean).join(" · ")}</p>
      </div>
    </li>
  );
}

/** One's own note can be changed and taken away. */
function OwnNote({ id, text, customerId }: { id: number; text: string; customerId: number }) {
  const { t } = useTranslation("activities");
  const [draft, setDraft] = useState<string | null>(null);
  const written = useWritten(customerId);
  const path = { params: { path: { note_id: id } } };
  const save = useMutation({ mutationFn: (next: string) => answer(client.PATCH("/activities/notes/{note_id}", { ...path, body: { text: next } })), onSuccess: () => (setDraft(null), written()) });
  const remove = useMutation({ mutationFn: () => answer(client.DELETE("/activities/notes/{note_id}", path)), onSuccess: written });
  const error = save.error ?? remove.error;
  if (draft === null) {
    return (
      <>
        <p className="soft timeline__detail">{text}</p>
        <span className="row small">
          <button type="button" className="text-button" onClick={() => setDraft(text)}>
            {t("edit")}
          </button>
          <button type="button" className="text-button" disabled={remove.isPending} onClick={() => remove.mutate()}>
            {t("remove")}
          </button>
        </span>
        {error && <ProblemView error={error} />}
      </>
    );
  }
  return (
    <div className="stack stack--tight">
      <textarea autoFocus className="input input--wide" rows={3} maxLength={10_000} aria-label={t("edit")} value={draft} onChange={(event) => setDraft(event.target.value)} />
      <span className="row">
        <Button disabled={!draft.trim() || save.isPending} onClick={() => save.mutate(draft)}>
          {t("save")}
        </Button>
        <Button kind="text" onClick={() => setDraft(null)}>
          {t("cancel")}
        </Button>
      </span>
      {error && <ProblemView error={error} />}
    </div>
  );
}
