import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api } from "../api/client";
import { useMay } from "../api/session";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { EmptyState } from "../design/EmptyState";
import { ProblemView } from "../design/ProblemView";
import { DataTable } from "../design/table/DataTable";
import { SelectionBar, TableTools, type SavedView } from "../design/table/TableTools";
import { nothingSelected, type Selection } from "../design/table/types";
import { useFormat } from "../i18n/useFormat";
import { AssignMenu } from "./AssignMenu";
import { useCustomerColumns } from "./columns";
import { CustomerFilters, filterOf } from "./CustomerFilters";
import { customersQuery, summaryQuery, viewsQuery } from "./queries";

const KEPT = "zhiji.customers.columns";

function keptColumns(): string[] | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "null");
    return Array.isArray(kept) ? kept.filter((key): key is string => typeof key === "string") : null;
  } catch {
    return null;
  }
}

export default function CustomersPage() {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const summary = useQuery(summaryQuery);
  const mayImport = useMay("import");
  const nobody = summary.data?.customers === 0;
  return (
    <AnswerPage
      title={t("title")}
      loading={summary.isPending}
      error={summary.error}
      onRetry={() => void summary.refetch()}
      skeleton={<CustomerList />}
      answer={
        summary.data && (
          <Trans
            ns="customers"
            i18nKey="answer"
            values={{ customers: format.number(summary.data.customers), active: format.number(summary.data.ordered_last_90_days), share: format.percent(summary.data.top_fifth_spend_share) }}
            components={{ b: <b /> }}
          />
        )
      }
      note={summary.data && t("asOf", { day: format.day(summary.data.as_of) })}
      empty={
        nobody && (
          <EmptyState
            icon="customers"
            title={t("empty.title")}
            action={
              mayImport && (
                <ButtonLink kind="primary" icon="imports" to="/imports/new">
                  {t("empty.import")}
                </ButtonLink>
              )
            }
          >
            {t("empty.text")}
          </EmptyState>
        )
      }
    >
      <CustomerList />
    </AnswerPage>
  );
}

function CustomerList() {
  const { t } = useTranslation("customers");
  const [address, setAddress] = useSearchParams();
  const [shownKeys, setShownKeys] = useState(keptColumns);
  const [compact, setCompact] = useState(false);
  const [selection, setSelection] = useState<Selection>(nothingSelected);
  const allColumns = useCustomerColumns();
  const shown = shownKeys ?? allColumns.filter((column) => column.shown).map((column) => column.key);
  const columns = allColumns.filter((column) => column.main || shown.includes(column.key));
  const filter = filterOf(address);
  const list = useInfiniteQuery(customersQuery(filter));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? null;
  const change = (next: URLSearchParams) => {
    setSelection(nothingSelected);
    setAddress(next, { replace: true });
  };
  const views = useViews(address, change);
  const onExport = useExport(filter, columns.map((column) => column.key));
  const mayExport = useMay("export");
  const mayAssign = useMay("assign");
  return (
    <section className="panel" aria-label={t("list")}>
      <TableTools
        columns={allColumns}
        shownKeys={shown}
        onShownKeys={(keys) => {
          localStorage.setItem(KEPT, JSON.stringify(keys));
          setShownKeys(keys);
        }}
        compact={compact}
        onCompact={setCompact}
        total={total}
        onExport={mayExport ? onExport : undefined}
        {...views}
      >
        <CustomerFilters address={address} onChange={change} />
      </TableTools>
      {mayAssign && (
        <SelectionBar selection={selection} total={total} onSelection={setSelection}>
          <AssignMenu selection={selection} filter={filter} onDone={() => setSelection(nothingSelected)} />
        </SelectionBar>
      )}
      {list.error ? (
        <div className="panel__body">
          <ProblemView error={list.error} onRetry={() => void list.refetch()} />
        </div>
      ) : (
        <DataTable
          name={t("list")}
          tall
          columns={columns}
          rows={rows}
          keyOf={(row) => row.id}
          nameOf={(row) => row.name}
          sort={address.get("sort") ?? "-spend"}
          onSort={(sort) => {
            const next = new URLSearchParams(address);
            next.set("sort", sort);
            change(next);
          }}
          selection={mayAssign ? selection : undefined}
          onSelection={setSelection}
          compact={compact}
          loading={list.isPending}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
    </section>
  );
}

function useViews(address: URLSearchParams, change: (next: URLSearchParams) => void) {
  const queries = useQueryClient();
  const { data: views = [] } = useQuery(viewsQuery);
  const bare = new URLSearchParams(address);
  bare.delete("view");
  const save = useMutation({
    mutationFn: (name: string) => api.post<SavedView>("/views", { object: "customers", name, query: bare.toString() }),
    onSuccess: (view) => {
      void queries.invalidateQueries({ queryKey: viewsQuery.queryKey });
      open(view);
    },
  });
  const open = (view: SavedView | null) => {
    const next = new URLSearchParams(view?.query ?? "");
    if (view) next.set("view", view.id);
    change(next);
  };
  return { views, currentView: address.get("view") ?? undefined, onView: open, onSaveView: (name: string) => save.mutate(name) };
}

/** Exports are jobs: the header shows their progress, and the file is fetched when it is there. */
function useExport(filter: Record<string, unknown>, columns: string[]) {
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: (format: string) => api.post("/exports", { object: "customers", format, filter, columns }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
  });
  return (format: "csv" | "xlsx" | "parquet") => start.mutate(format);
}
