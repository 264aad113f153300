import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Problem } from "../api/problem";
import { chooseLanguage, startTexts } from "../i18n";
import { AnswerPage } from "./AnswerPage";
import { Menu } from "./Popover";
import { ProblemView } from "./ProblemView";

beforeAll(() => startTexts("en"));

describe("a problem", () => {
  it("says what, why, where, the remedy and the reference", () => {
    render(<ProblemView body={{ code: "amount_unreadable", what: "“1,2,0” is not an amount", why: "Two commas", remedy: "Write 120", where: { row: 17, column: "Amount" }, reference: "r-1" }} />);
    const text = screen.getByRole("alert").textContent;
    for (const part of ["“1,2,0” is not an amount", "Two commas", "row 17", "column “Amount”", "Write 120", "r-1"]) expect(text).toContain(part);
  });

  it("has words of its own when the server was not reached, in both languages", async () => {
    const problem = new Problem({ code: "network_unreachable", what: "", status: 0 });
    const view = render(<ProblemView error={problem} />);
    expect(screen.getByText("The server cannot be reached.")).toBeTruthy();
    await chooseLanguage("zh");
    view.rerender(<ProblemView error={problem} />);
    expect(screen.getByText("连不上服务器。")).toBeTruthy();
    await chooseLanguage("en");
  });

  it("shows names from files as text", () => {
    render(<ProblemView body={{ code: "x", what: "<img src=x onerror=alert(1)>" }} />);
    expect(document.querySelector("img")).toBeNull();
  });
});

describe("a page", () => {
  it("opens with its answer and keeps what follows", () => {
    render(
      <AnswerPage title="Worklist" answer="Call these 37 today" empty={false}>
        <p>table</p>
      </AnswerPage>,
    );
    expect(document.title).toContain("Worklist");
    expect(screen.getByText("Call these 37 today").compareDocumentPosition(screen.getByText("table")) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  });

  it("shows the error in the place of its content, and tries again", async () => {
    const retry = vi.fn();
    render(
      <AnswerPage title="Worklist" error={new Problem({ code: "lake_missing", what: "The copy is missing", status: 503 })} onRetry={retry}>
        <p>table</p>
      </AnswerPage>,
    );
    expect(screen.queryByText("table")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(retry).toHaveBeenCalledOnce();
  });
});

describe("a menu", () => {
  it("is reached and left by keyboard", async () => {
    const chosen = vi.fn();
    render(<Menu label="Export" entries={["a", "b"].map((key) => ({ key, label: key, onChoose: () => chosen(key) }))} />);
    await userEvent.tab();
    await userEvent.keyboard("{Enter}");
    expect(document.activeElement?.textContent).toBe("a");
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(chosen).toHaveBeenCalledWith("b");
    await userEvent.keyboard("{Enter}{Escape}");
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement?.textContent).toBe("Export");
  });
});
