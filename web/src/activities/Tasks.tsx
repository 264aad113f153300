import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client } from "../api/client";
import { useMay } from "../api/session";
import { Panel } from "../design/Panel";
import { ProblemView } from "../design/ProblemView";
import { useFormat } from "../i18n/useFormat";
import { tasksQuery, useWritten } from "./queries";

/** What is still to be done for a customer; a tick does it. */
export function Tasks({ customerId }: { customerId: number }) {
  const { t } = useTranslation("activities");
  const format = useFormat();
  const mayWrite = useMay("activity");
  const tasks = useQuery(tasksQuery(customerId));
  const written = useWritten(customerId);
  const done = useMutation({ mutationFn: (id: number) => answer(client.POST("/activities/tasks/{task_id}/done", { params: { path: { task_id: id } } })), onSuccess: written });
  const error = tasks.error ?? done.error;
  return (
    <Panel title={t("tasks")}>
      {error && <ProblemView error={error} onRetry={() => void tasks.refetch()} />}
      {tasks.data?.items.length === 0 && <p className="soft">{t("noTasks")}</p>}
      <ul className="stack stack--tight">
        {tasks.data?.items.map((task) => (
          <li key={task.id}>
            <label className="check">
              <input type="checkbox" disabled={!mayWrite || done.isPending} checked={false} onChange={() => done.mutate(task.id)} aria-label={t("finish", { title: task.title })} />
              <span>
                {task.title}
                <span className="small faint block">{[task.due_on && t("due", { day: format.day(task.due_on) }), task.assignee?.name].filter(Boolean).join(" · ")}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
