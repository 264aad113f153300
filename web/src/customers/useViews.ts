import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, client } from "../api/client";
import { viewsQuery } from "../api/views";
import type { SavedView } from "../design/table/TableTools";
import { addressOfView, definitionOf, type CustomerFilter } from "./address";

const PLACE = "customers";

/** Saved views of the customer list: opened into the address, saved from it. */
export function useViews({ address, filter, sort, columns, onOpen }: { address: URLSearchParams; filter: CustomerFilter; sort: string; columns: string[]; onOpen: (next: URLSearchParams, columns: string[] | undefined) => void }) {
  const queries = useQueryClient();
  const { data = [] } = useQuery(viewsQuery(PLACE));
  const views: SavedView[] = data.map((view) => ({ id: String(view.id), name: view.name, query: addressOfView(view).split("?")[1] ?? "" }));
  const open = (view: SavedView | null) => {
    const saved = data.find((each) => String(each.id) === view?.id);
    onOpen(new URLSearchParams(view?.query ?? ""), saved && definitionOf(saved).columns);
  };
  const save = useMutation({
    mutationFn: (name: string) => answer(client.POST("/company/views", { body: { place: PLACE, name, definition: { filter, sort, columns }, is_shared: false } })),
    onSuccess: async (view) => {
      await queries.invalidateQueries({ queryKey: ["views"] });
      onOpen(new URLSearchParams(addressOfView(view).split("?")[1] ?? ""), definitionOf(view).columns);
    },
  });
  return { views, currentView: address.get("view") ?? undefined, onView: open, onSaveView: (name: string) => save.mutate(name), error: save.error };
}
