import type { ImportDetail, UnknownValues } from "./types";

/** What the person says: field → word → meaning; "" leaves the word as it is. */
export type Meanings = Record<string, Record<string, string>>;

/** The step is there while a word waits for an answer. */
export function waits(detail: Pick<ImportDetail, "state" | "values">): boolean {
  return detail.state === "checked" && detail.values.some(({ words }) => words.some(({ meaning }) => meaning === null));
}

/** Every listed word is answered: as chosen, as said before, or left as it is. */
export function answersOf(values: readonly UnknownValues[], chosen: Meanings): Meanings {
  return Object.fromEntries(values.map(({ field, words }) => [field, Object.fromEntries(words.map(({ word, meaning }) => [word, chosen[field]?.[word] ?? meaning ?? ""]))]));
}

/** Whether anything but "leave it" is said, so that the dry run must be done again. */
export function changes(values: readonly UnknownValues[], chosen: Meanings): boolean {
  const answers = answersOf(values, chosen);
  return values.some(({ field, words }) => words.some(({ word, meaning }) => (answers[field]?.[word] ?? "") !== (meaning ?? "")));
}
