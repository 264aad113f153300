import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import type { Mark } from "./context";

// Canvas, not SVG: the SVG renderer inserts style elements, which the content security policy forbids.
register([BarChart, LineChart, ScatterChart, CustomChart, GridComponent, TooltipComponent, MarkLineComponent, MarkAreaComponent, CanvasRenderer]);

/** Tooltips are built as text nodes: names come from files that strangers wrote. */
function tooltip(params: { data?: unknown; name?: string }): HTMLElement | string {
  const tip = (params.data as Mark | undefined)?.tip;
  if (!tip) return "";
  const box = document.createElement("div");
  for (const [index, line] of tip.entries()) {
    const element = document.createElement(index === 0 ? "strong" : "div");
    element.textContent = line;
    box.append(element);
  }
  return box;
}

export default function EChart({ option, height, label, onSelect }: { option: object; height: number; label: string; onSelect?: (key: string) => void }) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const select = useRef(onSelect);
  useEffect(() => {
    select.current = onSelect;
  }, [onSelect]);

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const made = init(element, undefined, { renderer: "canvas" });
    chart.current = made;
    made.on("click", (params) => {
      const key = (params.data as Mark | undefined)?.key;
      if (key !== undefined) select.current?.(key);
    });
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    const described = option as { tooltip?: object };
    chart.current?.setOption({ ...described, tooltip: { ...described.tooltip, formatter: tooltip } }, { notMerge: true });
  }, [option]);

  return <div ref={holder} role="img" aria-label={label} style={{ width: "100%", height }} />;
}
