import { describe, expect, it } from "vitest";
import { contrast } from "../design/contrast";
import { ramps } from "../design/tokens";
import { SEGMENT_ORDER, segmentColour, segmentVariable } from "./colours";
import { shade } from "./context";
import { csvOf } from "./csv";
import { readableOn } from "./grid";
import { stepEnds, type WaterfallStep } from "./waterfall";

const step = (kind: WaterfallStep["kind"], value: number): WaterfallStep => ({ key: kind, name: kind, text: "", kind, value });

describe("a waterfall", () => {
  it("hangs each change from the one before and stands totals on zero", () => {
    expect(stepEnds([step("total", 100), step("gain", 40), step("loss", -60), step("total", 80)])).toEqual([
      { from: 0, to: 100 },
      { from: 100, to: 140 },
      { from: 140, to: 80 },
      { from: 0, to: 80 },
    ]);
  });
  it("crosses below zero", () => {
    expect(stepEnds([step("total", 10), step("loss", -30)])[1]).toEqual({ from: 10, to: -20 });
  });
});

describe("colours of segments", () => {
  it("differ between the customary segments", () => {
    expect(new Set(SEGMENT_ORDER.map((code) => segmentColour(code, "light"))).size).toBe(SEGMENT_ORDER.length);
  });
  it("are the same place of the palette in lists and charts", () => {
    expect(segmentVariable("lost")).toBe("var(--category-10)");
    expect(segmentColour("anything", "dark")).toBe(segmentColour("anything", "dark"));
  });
});

describe("shades", () => {
  it("run over the whole ramp and never beyond", () => {
    expect([shade(ramps.light, -1), shade(ramps.light, 0), shade(ramps.light, 1), shade(ramps.light, 2)]).toEqual([ramps.light[0], ramps.light[0], ramps.light.at(-1), ramps.light.at(-1)]);
  });
  it.each([...ramps.light, ...ramps.dark])("text on %s can be read", (fill) => {
    expect(contrast(readableOn(fill), fill)).toBeGreaterThanOrEqual(4.5);
  });
});

describe("the file of shown figures", () => {
  it("disarms formulas and keeps signed figures", () => {
    const csv = csvOf({ columns: [{ title: "name" }, { title: "amount" }], rows: [{ cells: ["=cmd|x", "-12.50"] }, { cells: ["+A1", "+3%"] }, { cells: ['a,"b"', "1\n2"] }] });
    expect(csv).toBe("name,amount\r\n'=cmd|x,-12.50\r\n'+A1,+3%\r\n\"a,\"\"b\"\"\",\"1\n2\"\r\n");
    const wide = ["＝A1", "＋A1", "－A1", "＠A1", "\n=A1"];
    expect(csvOf({ columns: [], rows: wide.map((cell) => ({ cells: [cell] })) })).toBe("\r\n'＝A1\r\n'＋A1\r\n'－A1\r\n'＠A1\r\n\"'\n=A1\"\r\n");
  });
});
