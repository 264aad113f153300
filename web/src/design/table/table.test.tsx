import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { QueryClientProvider } from "@tanstack/react-query";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { createQueries } from "../../api/queries";
import { startTexts } from "../../i18n";
import { DataTable } from "./DataTable";
import { windowOf } from "./rows";
import { nextSort, shownAtFirst, toggled, type Column } from "./types";

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

describe("what fits", () => {
  const many: Column<Row>[] = [{ ...columns[0]!, shown: true }, { key: "country", title: "Country", render: () => "", shown: true, spare: true }, { key: "act", title: "Act", render: () => "Call", pinned: true }];

  it("leaves the least important out at first where not all have room", () => {
    expect(shownAtFirst(many, false).map((column) => column.key)).toEqual(["name", "country"]);
    expect(shownAtFirst(many, true).map((column) => column.key)).toEqual(["name"]);
  });

  it("keeps what can be done at the right edge, heading and cells", () => {
    render(
      <QueryClientProvider client={createQueries()}>
        <DataTable name="Customers" columns={many} rows={rows} keyOf={(row) => row.id} nameOf={(row) => row.name} />
      </QueryClientProvider>,
    );
    expect(screen.getByRole("columnheader", { name: "Act" }).className).toBe("pinned");
    expect(screen.getAllByText("Call").map((cell) => cell.className)).toEqual(["pinned", "pinned", "pinned"]);
  });

  it("names the figure that stands beside the heading of a card", () => {
    const wide = window.matchMedia;
    window.matchMedia = (query) => ({ ...wide(query), matches: true });
    render(
      <QueryClientProvider client={createQueries()}>
        <DataTable name="Customers" columns={columns} rows={rows.slice(0, 1)} keyOf={(row) => row.id} nameOf={(row) => row.name} />
      </QueryClientProvider>,
    );
    window.matchMedia = wide;
    expect(screen.getByText("Spend").parentElement?.textContent).toBe("Spend0");
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
