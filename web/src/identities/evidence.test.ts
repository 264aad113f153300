import { describe, expect, it } from "vitest";
import { customersOf, mergeAddress } from "./addresses";
import { knownFields, verdictOf } from "./evidence";
import type { Pair, Side } from "./types";

const side = (values: Record<string, string>, custom: Record<string, string> = {}): Side => ({ identity: 1, source: "shop", external_id: "S1", customer: 1, customer_name: "", values, custom, figures: { orders: null, spend: null, last_order_on: null, owner: null, team: null } });
const pair = (left: Record<string, string>, right: Record<string, string>, evidence: [string, string][] = []): Pair => ({
  id: 1, state: "review", by: "model", key: "", word: "", probability: 0.5, weight_bits: 0, start_bits: 0, found_at: null,
  evidence: evidence.map(([field, level]) => ({ compared: field, field, level, bits: 1 })),
  sides: [side(left), side(right)],
});

describe("how a field of two records compares", () => {
  it("goes by what was compared, and the least alike decides", () => {
    const names = pair({ name: "张伟" }, { name: "张维" }, [["name", "same"], ["name", "reads_alike"]]);
    expect(verdictOf(names, "name")).toBe("near");
    expect(verdictOf(pair({ name: "a" }, { name: "a" }, [["name", "same"]]), "name")).toBe("same");
    expect(verdictOf(pair({ name: "a" }, { name: "b" }, [["name", "same"], ["name", "another_name"]]), "name")).toBe("different");
  });
  it("says nothing where one side is unknown or nothing was compared", () => {
    expect(verdictOf(pair({ phone: "1" }, {}), "phone")).toBe("unknown");
    expect(verdictOf(pair({ kind: "person" }, { kind: "organisation" }), "kind")).toBe("unknown");
    expect(verdictOf(pair({ kind: "person" }, { kind: "person" }), "kind")).toBe("same");
  });
  it("shows fields that either side knows, and the company's own", () => {
    expect(knownFields([side({ name: "a" }), side({ phone: "1" }, { card: "7" })])).toEqual({ fields: ["name", "phone"], custom: ["card"] });
  });
});

describe("the address of a merge", () => {
  it("leads back to its customers, each once, and passes over what is no number", () => {
    const address = new URLSearchParams(mergeAddress([3, "12"]).split("?")[1]);
    expect(customersOf(address)).toEqual([3, 12]);
    expect(customersOf(new URLSearchParams("customers=3,3,x,0,-1,4"))).toEqual([3, 4]);
    expect(customersOf(new URLSearchParams())).toEqual([]);
  });
});
