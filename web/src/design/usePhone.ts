import { useSyncExternalStore } from "react";
import { breakpoints } from "./tokens";

const query = `(max-width: ${breakpoints.phone}px)`;

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(query);
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}

export function usePhone(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
