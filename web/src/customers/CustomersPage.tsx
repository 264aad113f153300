import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { Schema } from "../api/client";
import { useCompany, useMay } from "../api/session";
import { AnswerPage } from "../design/AnswerPage";
import { ButtonLink } from "../design/Button";
import { ProblemView } from "../design/ProblemView";
import { Skeleton } from "../design/Skeleton";
import { DataTable } from "../design/table/DataTable";
import { SelectionBar, TableTools } from "../design/table/TableTools";
import { nothingSelected, shownAtFirst, type Selection } from "../design/table/types";
import { useNarrowTable, usePhone } from "../design/usePhone";
import { useFormat } from "../i18n/useFormat";
import { mergeAddress, MOST_MERGED } from "../identities/addresses";
import { StartHere } from "../shell/StartHere";
import { addressOf, filterOf, filterText, sortOf } from "./address";
import { AssignMenu } from "./AssignMenu";
import { nameOf, useCustomerColumns } from "./columns";
import { CustomerFilters } from "./CustomerFilters";
import { ExportMenu } from "./ExportMenu";
import { countQuery, customersQuery, PAGE_SIZE, PHONE_PAGE } from "./queries";
import { useViews } from "./useViews";
import "./customers.css";

// Fetched, with the charts, beside the list: its first row never waits for the picture.
const SegmentShares = lazy(() => import("./SegmentShares"));
/** As high as the picture, so that the list does not jump when it comes. */
const SHARES_HEIGHT = 186;
// With the names below the bars, of which a phone shows one a line.
const SHARES_WHOLE = { phone: 450, desk: 280 };

const KEPT = "zhiji.customers.columns";
const RECENT_DAYS = 90;

function keptColumns(): string[] | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "null");
    return Array.isArray(kept) ? kept.filter((key): key is string => typeof key === "string") : null;
  } catch {
    return null;
  }
}

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

export default function CustomersPage() {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const margin = useCompany().margin_percent;
  const phone = usePhone();
  const mayBringBack = useMay("customer");
  const all = useQuery(countQuery({}));
  // The day of the scores stands in every row; the first page that is loaded anyway tells it.
  const first = useInfiniteQuery(customersQuery({}, "-spend", phone ? PHONE_PAGE : PAGE_SIZE)).data?.pages[0]?.items[0];
  const asOf = first?.as_of;
  const recent = { last_order_on: { from: asOf ? daysBefore(asOf, RECENT_DAYS) : "" } };
  const overdue = { overdue_days: { min: 0.5 } };
  const active = useQuery({ ...countQuery(recent), enabled: Boolean(asOf) });
  const late = useQuery({ ...countQuery(overdue), enabled: Boolean(asOf) });
  const values = { customers: format.number(all.data ?? 0), active: format.number(active.data ?? 0), late: format.number(late.data ?? 0) };
  const known = active.data !== undefined && late.data !== undefined;
  return (
    <AnswerPage
      title={t("title")}
      loading={all.isPending || (Boolean(asOf) && !known && !active.error && !late.error)}
      error={all.error}
      onRetry={() => void all.refetch()}
      skeleton={<PictureAndList />}
      answer={
        <Trans
          ns="customers"
          i18nKey={known ? "answer" : "answerPlain"}
          values={values}
          components={{ b: <b />, recent: <Link className="answer__link" to={addressOf(recent, "-last_order_on")} />, late: <Link className="answer__link" to={addressOf(overdue, "-at_stake")} /> }}
        />
      }
      note={[asOf && t("asOf", { day: format.day(asOf) }), margin !== null && t("worthNote", { percent: format.number(margin, { maximumFractionDigits: 2 }) })].filter(Boolean).join(" · ")}
      empty={
        all.data === 0 && (
          <StartHere icon="customers" title={t("empty.title")}>
            {t("empty.text")}
          </StartHere>
        )
      }
      actions={mayBringBack && <ButtonLink icon="trash" to="/customers/deleted">{t("deleted.link")}</ButtonLink>}
    >
      <PictureAndList />
    </AnswerPage>
  );
}

/** The picture asks for its figures after the list has its rows; until then its place is kept. */
function PictureAndList() {
  const phone = usePhone();
  const [address] = useSearchParams();
  const list = useInfiniteQuery(customersQuery(filterOf(address), sortOf(address), phone ? PHONE_PAGE : PAGE_SIZE));
  const scored = useInfiniteQuery(customersQuery({}, "-spend", phone ? PHONE_PAGE : PAGE_SIZE)).data?.pages[0]?.items[0]?.as_of;
  const place = <Skeleton height={phone ? SHARES_WHOLE.phone : SHARES_WHOLE.desk} />;
  return (
    <>
      {list.isPending ? place : scored !== null && <Suspense fallback={place}>{scored && <SegmentShares height={SHARES_HEIGHT} />}</Suspense>}
      <CustomerList />
    </>
  );
}

function CustomerList() {
  const { t } = useTranslation("customers");
  const format = useFormat();
  const [address, setAddress] = useSearchParams();
  const [shownKeys, setShownKeys] = useState(keptColumns);
  const [compact, setCompact] = useState(false);
  const [selection, setSelection] = useState<Selection>(nothingSelected);
  const [assigned, setAssigned] = useState<Schema<"Assigned"> | null>(null);
  const allColumns = useCustomerColumns();
  const narrow = useNarrowTable();
  const shown = shownKeys ?? shownAtFirst(allColumns, narrow).map((column) => column.key);
  const columns = allColumns.filter((column) => column.main || shown.includes(column.key));
  const [filter, sort] = [filterOf(address), sortOf(address)];
  const phone = usePhone();
  const list = useInfiniteQuery(customersQuery(filter, sort, phone ? PHONE_PAGE : PAGE_SIZE));
  const { data: total = null } = useQuery(countQuery(filter));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const keepColumns = (keys: string[]) => {
    localStorage.setItem(KEPT, JSON.stringify(keys));
    setShownKeys(keys);
  };
  const go = (next: URLSearchParams) => {
    setSelection(nothingSelected);
    setAssigned(null);
    setAddress(next, { replace: true });
  };
  const { error: viewError, ...views } = useViews({
    address,
    filter,
    sort,
    columns: shown,
    onOpen: (next, keys) => {
      if (keys) keepColumns(keys);
      go(next);
    },
  });
  const mayExport = useMay("customer", "export");
  const mayAssign = useMay("customer");
  const change = (changes: { filter?: string; sort?: string }) => {
    const next = new URLSearchParams({ filter: changes.filter ?? filterText(filter), sort: changes.sort ?? sort });
    if (!next.get("filter")) next.delete("filter");
    go(next);
  };
  return (
    <section className="panel" aria-label={t("list")}>
      <TableTools
        columns={allColumns}
        shownKeys={shown}
        onShownKeys={keepColumns}
        compact={compact}
        onCompact={setCompact}
        total={total}
        more={mayExport && <ExportMenu filter={filter} sort={sort} />}
        {...views}
      >
        <CustomerFilters key={address.get("filter")} filter={filter} onChange={(next) => change({ filter: filterText(next) })} />
      </TableTools>
      {mayAssign && (
        <SelectionBar selection={selection} total={total} onSelection={setSelection}>
          {selection.kind === "some" && selection.keys.size > 1 && selection.keys.size <= MOST_MERGED && (
            <ButtonLink icon="merge" to={mergeAddress([...selection.keys])}>
              {t("merge")}
            </ButtonLink>
          )}
          <AssignMenu
            selection={selection}
            filter={filter}
            onDone={(done) => {
              setSelection(nothingSelected);
              setAssigned(done);
            }}
          />
        </SelectionBar>
      )}
      {assigned && (
        <p className="table-tools" role="status">
          {assigned.job === null ? t("assigned", { count: assigned.changed, formatted: format.number(assigned.changed) }) : t("assignedLater")}
        </p>
      )}
      {(list.error ?? viewError) ? (
        <div className="panel__body">
          <ProblemView error={list.error ?? viewError} onRetry={() => void list.refetch()} />
        </div>
      ) : (
        <DataTable
          name={t("list")}
          tall
          columns={columns}
          rows={rows}
          keyOf={(row) => String(row.id)}
          nameOf={nameOf}
          sort={sort}
          onSort={(next) => change({ sort: next })}
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
