import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Reach } from "./Reach";

/** What is shown, and where a click leads, if anywhere. */
function shown(phone: string, email: string): [string, string | null] {
  const { container } = render(<Reach phone={phone} email={email} />);
  return [container.textContent, container.querySelector("a")?.getAttribute("href") ?? null];
}

describe("how to reach a customer", () => {
  it("is a number to dial, else an address to write to", () => {
    expect(shown("+8613800138000", "a@qq.com")).toEqual(["+8613800138000", "tel:+8613800138000"]);
    expect(shown("", "a@qq.com")).toEqual(["a@qq.com", "mailto:a@qq.com"]);
    expect(shown("", "")).toEqual(["–", null]);
  });

  it("is never a link to what is masked", () => {
    expect(shown("", "z***@qq.com")).toEqual(["z***@qq.com", null]);
    expect(shown("138****1234", "z***@qq.com")).toEqual(["138****1234", null]);
    expect(shown("138xxxx1234", "")).toEqual(["138xxxx1234", null]);
  });

  it("is the address where only the number is masked", () => {
    expect(shown("138****1234", "a@qq.com")).toEqual(["a@qq.com", "mailto:a@qq.com"]);
  });
});
