import { describe, expect, it } from "vitest";
import { contrast } from "./contrast";
import { categories, contrastPairs, palettes, type Mode } from "./tokens";

const modes: Mode[] = ["light", "dark"];

describe("contrast", () => {
  it("agrees with the ratios that WCAG gives", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    // https://www.w3.org/WAI/WCAG22/Techniques/general/G18: #767676 on white is the lightest grey that passes.
    expect(contrast("#767676", "#ffffff")).toBeGreaterThanOrEqual(4.5);
    expect(contrast("#777777", "#ffffff")).toBeLessThan(4.5);
  });

  it.each(modes.flatMap((mode) => contrastPairs.map((pair) => ({ mode, ...pair }))))(
    "$mode: $text on $ground is at least $least",
    ({ mode, text, ground, least }) => {
      expect(contrast(palettes[mode][text], palettes[mode][ground])).toBeGreaterThanOrEqual(least);
    },
  );
});

/** Colours as people with the commonest colour blindness see them (Viénot, Brettel & Mollon 1999, deuteranopia/protanopia). */
function simulated(colour: string, kind: "protan" | "deutan"): number[] {
  const [r, g, b] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2) as [number, number, number];
  const red = kind === "protan" ? 0.11238 * r + 0.88762 * g : 0.29275 * r + 0.70725 * g;
  const blue = kind === "protan" ? 0.00401 * r - 0.00401 * g + b : -0.02234 * r + 0.02234 * g + b;
  return [red, red, blue].map((value) => Math.max(0, value) ** (1 / 2.2));
}

describe("colours that must be told apart", () => {
  it.each(modes)("%s: the two signals differ for every eye", (mode) => {
    for (const kind of ["protan", "deutan"] as const) {
      const gain = simulated(palettes[mode].gain, kind);
      const attention = simulated(palettes[mode].attention, kind);
      const distance = Math.hypot(...gain.map((value, index) => value - (attention[index] ?? 0)));
      expect(distance).toBeGreaterThan(0.25);
    }
  });

  it.each(modes)("%s: no two categories share a colour", (mode) => {
    expect(new Set(categories[mode]).size).toBe(categories[mode].length);
  });
});
