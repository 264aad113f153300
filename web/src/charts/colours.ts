import { categories, type Mode } from "../design/tokens";

/** The customary RFM segments, best first; a place in this list is a colour for good. */
export const SEGMENT_ORDER = [
  "champions",
  "loyal",
  "potential_loyalist",
  "new_customers",
  "promising",
  "need_attention",
  "about_to_sleep",
  "at_risk",
  "cannot_lose_them",
  "hibernating",
  "lost",
] as const;

function placeOf(code: string, count: number): number {
  const known = SEGMENT_ORDER.indexOf(code as (typeof SEGMENT_ORDER)[number]);
  if (known >= 0) return known % count;
  let hash = 0;
  for (const letter of code) hash = (hash * 31 + letter.codePointAt(0)!) % 9973;
  return hash % count;
}

/** The same segment has the same colour on every page, in lists and in charts. */
export function segmentColour(code: string, mode: Mode): string {
  const colours = categories[mode];
  return colours[placeOf(code, colours.length)]!;
}

/** The same as a custom property, for style sheets that follow the theme by themselves. */
export function segmentVariable(code: string): string {
  return `var(--category-${placeOf(code, categories.light.length)})`;
}
