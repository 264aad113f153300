import type { Location } from "react-router";

/**
 * Under which name the place on a page is remembered. An entry of the history has a key of its own, so that Back finds
 * its place again. The page that a tab was opened with has none, and "default" for all of them would hand the place of
 * one to the next address that is typed: there the path tells them apart.
 */
export function scrollKey({ key, pathname }: Pick<Location, "key" | "pathname">): string {
  return key === "default" ? pathname : key;
}
