import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { QueryClientProvider } from "@tanstack/react-query";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { createQueries } from "../../api/queries";
import { startTexts } from "../../i18n";
import { DataTable } from "./DataTable";
import { windowOf } from "./rows";
import { nextSort, toggled, type Column } from "./types";

interface Row {
  id: string;
  name: string;
  spend: number;
}
const rows: Row[] = Array.from({ length: 3 }, (_, index) => ({ id: `c${index}`, name: `Customer ${index}`, spend: index }));
const columns: Column<Row>[] = [
  { key: "name", title: "Name", render: (row) => row.name, main: true, sortable: true },
  { key: "spend", title: "Spend", render: (row) => row.spend, numeric: true, sortable: true },
];

beforeAll(async () => {
  await startTexts("en");
});

describe("rows in view", () => {
  it("draws what is seen and a little more, and never past the end", () => {
    expect(windowOf(0, 440, 44, 10_000)).toEqual({ from: 0, to: 22 });
    expect(windowOf(44_000, 440, 44, 10_000)).toEqual({ from: 988, to: 1022 });
    expect(windowOf(1e9, 440, 44, 100)).toEqual({ from: 100, to: 100 });
  });
});

describe("sorting and choosing", () => {
  it("turns from descending to ascending and back", () => {
    expect(nextSort(undefined, "spend")).toBe("-spend");
    expect(nextSort("-spend", "spend")).toBe("spend");
    expect(nextSort("spend", "spend")).toBe("-spend");
  });

  it("takes one away from all that are shown", () => {
    const next = toggled({ kind: "all" }, "b", ["a", "b", "c"]);
    expect(next.kind === "some" && [...next.keys]).toEqual(["a", "c"]);
  });
});

describe("the table", () => {
  it("tells the reader its order and asks for another", async () => {
    const onSort = vi.fn();
    render(
      <QueryClientProvider client={createQueries()}>
        <DataTable name="Customers" columns={columns} rows={rows} keyOf={(row) => row.id} nameOf={(row) => row.name} sort="-spend" onSort={onSort} />
      </QueryClientProvider>,
    );
    expect(screen.getByRole("columnheader", { name: /Spend/ }).getAttribute("aria-sort")).toBe("descending");
    await userEvent.click(screen.getByRole("button", { name: /Name/ }));
    expect(onSort).toHaveBeenCalledWith("-name");
  });

  it("says so when nothing matches", () => {
    render(
      <QueryClientProvider client={createQueries()}>
        <DataTable name="Customers" columns={columns} rows={[]} keyOf={(row) => row.id} nameOf={(row) => row.name} />
      </QueryClientProvider>,
    );
    expect(screen.getByText("Nothing matches")).toBeTruthy();
  });
});
