import { useSyncExternalStore } from "react";
import { breakpoints } from "./tokens";

function watched(query: string): () => boolean {
  const subscribe = (listener: () => void) => {
    const media = window.matchMedia(query);
    media.addEventListener("change", listener);
    return () => media.removeEventListener("change", listener);
  };
  return function useMatches() {
    return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
  };
}

export const usePhone = watched(`(max-width: ${breakpoints.phone}px)`);

/** A table stands, as no phone has it, and some of its columns would fall off the edge; the width that controls.css has too. */
export const useNarrowTable = watched(`(min-width: ${breakpoints.phone + 1}px) and (max-width: 1400px)`);
