import { useTranslation } from "react-i18next";
import type { TimelineItem } from "../customers/types";
import { useChangeText } from "../customers/useChangeText";
import { useFormat } from "../i18n/useFormat";
import { isOutcome } from "./outcomes";

interface EntryText {
  title: string;
  detail?: string;
  by?: string;
  state?: string;
}

/** One entry of the timeline in words. */
export function useEntryText(entry: TimelineItem): EntryText {
  const { t } = useTranslation("activities");
  const format = useFormat();
  const changes = useChangeText();
  const { order, note, task, call, interaction } = entry;
  if (order) {
    const key = entry.kind === "return" ? "returned" : order.state === "cancelled" ? "cancelled" : "ordered";
    return { title: t(key, { number: order.number || order.external_id }), by: [order.channel, order.store].filter(Boolean).join(" · ") };
  }
  if (note) return { title: t("kinds.note"), detail: note.text, by: note.author?.name, state: note.edited_at ? t("edited") : undefined };
  if (task) {
    const state = task.done_at ? t("doneOn", { day: format.instant(task.done_at) }) : task.due_on ? t("due", { day: format.day(task.due_on) }) : t("open");
    return { title: t("taskTitle", { title: task.title }), detail: task.details, by: task.assignee?.name ?? task.created_by?.name, state };
  }
  if (call) return { title: t("called", { outcome: isOutcome(call.outcome) ? t(`outcomes.${call.outcome}`) : call.outcome }), detail: call.text, by: call.by?.name };
  if (interaction) return { title: interaction.kind, detail: interaction.text };
  const list = entry.changes ?? [];
  const first = list[0];
  // The first word of a file on a customer sets every field at once: its source says more than a list of them.
  const isNew = first !== undefined && !["hand", "assignment"].includes(first.kind) && list.every((change) => change.before === null || change.before === undefined);
  return {
    title: isNew ? t("learned", { fields: list.map((change) => changes.field(change.field)).join(t("comma")) }) : t("changed"),
    detail: isNew ? undefined : list.map(changes.full).join("\n"),
    by: first && (first.by?.name ?? changes.origin(first.kind, first.file)),
  };
}
