import { useCallback, useEffect, useState, type RefObject } from "react";

export interface Window {
  from: number;
  to: number;
}

/** Which rows of fixed height lie in view, with some before and after. */
export function windowOf(scrollTop: number, viewHeight: number, rowHeight: number, count: number, extra = 12): Window {
  const from = Math.max(0, Math.floor(scrollTop / rowHeight) - extra);
  const to = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + extra);
  return { from: Math.min(from, to), to };
}

/** Below this many rows the browser draws them all faster than we could choose. */
const WORTH_IT = 150;

export function useRowWindow(scroller: RefObject<HTMLElement | null>, rowHeight: number, count: number): Window {
  const [view, setView] = useState({ top: 0, height: 900 });
  const measure = useCallback(() => {
    const element = scroller.current;
    if (element) setView({ top: element.scrollTop, height: element.clientHeight });
  }, [scroller]);
  useEffect(() => {
    const element = scroller.current;
    if (!element || count <= WORTH_IT) return;
    measure();
    element.addEventListener("scroll", measure, { passive: true });
    return () => element.removeEventListener("scroll", measure);
  }, [scroller, count, measure]);
  return count <= WORTH_IT ? { from: 0, to: count } : windowOf(view.top, view.height, rowHeight, count);
}
