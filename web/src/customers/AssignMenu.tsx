import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, type Query } from "../api/client";
import type { PersonRef } from "../api/types";
import { Menu } from "../design/Popover";
import type { Selection } from "../design/table/types";

/** Assigns what is selected: the ids, or the filter itself when all that match are meant. */
export function AssignMenu({ selection, filter, onDone }: { selection: Selection; filter: Query; onDone: () => void }) {
  const { t } = useTranslation("customers");
  const queries = useQueryClient();
  const { data: people = [] } = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => api.get<{ items: PersonRef[] }>("/people", {}, signal).then((page) => page.items) });
  const assign = useMutation({
    mutationFn: (owner: string | null) => api.post("/customers/assign", { owner_id: owner, ...(selection.kind === "all" ? { filter } : { ids: [...selection.keys] }) }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["customers"] });
      onDone();
    },
  });
  return (
    <Menu
      label={assign.isPending ? t("assigning") : t("assign")}
      icon="user"
      align="end"
      entries={[...people.map((person) => ({ key: person.id, label: person.name, onChoose: () => assign.mutate(person.id) })), { key: "none", label: t("nobody"), onChoose: () => assign.mutate(null) }]}
    />
  );
}
