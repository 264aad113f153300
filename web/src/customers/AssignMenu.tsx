import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, client, type Schema } from "../api/client";
import { optionsQuery } from "../api/people";
import { Popover } from "../design/Popover";
import { Button } from "../design/Button";
import { ProblemView } from "../design/ProblemView";
import type { Selection } from "../design/table/types";
import { filterText, type CustomerFilter } from "./address";

type To = Pick<Schema<"Assign">, "owner" | "team">;

/** Gives customers to a person or a team: these ones, or all that match the filter. */
export function useAssign(onDone?: (done: Schema<"Assigned">) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ whom, to }: { whom: { ids: number[] } | { filter: CustomerFilter }; to: To }) =>
      answer(client.POST("/customers/assign", { body: { ...to, ...("ids" in whom ? { ids: whom.ids, filter: "" } : { filter: filterText(whom.filter) }) } })),
    onSuccess: (done) => {
      void queries.invalidateQueries({ queryKey: ["customers"] });
      if (done.job !== null) void queries.invalidateQueries({ queryKey: ["jobs"] });
      onDone?.(done);
    },
  });
}

export function AssignMenu({ selection, filter, onDone }: { selection: Selection; filter: CustomerFilter; onDone: (done: Schema<"Assigned">) => void }) {
  const { t } = useTranslation("customers");
  const assign = useAssign(onDone);
  const whom = selection.kind === "all" ? { filter } : { ids: [...selection.keys].map(Number) };
  return (
    <>
      <AssignPopover label={assign.isPending ? t("assigning") : t("assign")} kind="line" onChoose={(to) => assign.mutate({ whom, to })} />
      {assign.error && <ProblemView error={assign.error} />}
    </>
  );
}

export function AssignPopover({ label, name, kind = "text", onChoose, parts = ["owner", "team"] }: { label: string; name?: string; kind?: "text" | "line"; onChoose: (to: To) => void; parts?: ("owner" | "team")[] }) {
  const { t } = useTranslation("customers");
  const { data } = useQuery(optionsQuery);
  const people = data?.owners.filter((each) => each.value !== null) ?? [];
  const teams = data?.teams.filter((each) => each.value !== null) ?? [];
  const entry = (key: string, text: string, to: To, close: () => void) => (
    <Button key={key} kind="text" className="menu-entry" role="menuitem" onClick={() => (close(), onChoose(to))}>
      {text}
    </Button>
  );
  return (
    <Popover label={label} name={name} icon="user" kind={kind} align="end" role="menu">
      {(close) => (
        <>
          {parts.includes("owner") && people.map((each) => entry(`u${each.value}`, each.name, { owner: each.value }, close))}
          {parts.includes("owner") && entry("u", t("nobody"), { owner: null }, close)}
          {parts.includes("team") && teams.length > 0 && (
            <>
              <span className="menu-heading" role="presentation">
                {t("fields.team")}
              </span>
              {teams.map((each) => entry(`t${each.value}`, each.name, { team: each.value }, close))}
              {entry("t", t("noTeam"), { team: null }, close)}
            </>
          )}
        </>
      )}
    </Popover>
  );
}
