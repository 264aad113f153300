import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ChartFrame } from "../charts/ChartFrame";
import { useChartContext } from "../charts/context";
import { deciles } from "../charts/deciles";
import { Segmented } from "../design/Field";
import { drawnDeciles, unitsToMicros } from "./shaping";
import type { BackTest } from "./types";

const POOLED = "pooled";

/** What was said against what came, by tenths of customers, the rule beside it: window by window, or all together. */
export function DecilesPanel({ test, onSelect }: { test: Partial<BackTest>; onSelect?: (tenth: string) => void }) {
  const { t } = useTranslation("predictions");
  const context = useChartContext();
  const { format } = context;
  const origins = test.origins ?? [];
  const [chosen, setChosen] = useState(origins.at(-1)?.as_of ?? POOLED);
  const origin = origins.find((each) => each.as_of === chosen);
  const tested = origin?.deciles ?? test.pooled_deciles ?? [];
  if (tested.length === 0) return null;
  const windows = [...origins.map((each) => ({ value: each.as_of, label: `${format.day(each.as_of, "month")} – ${format.day(each.until, "month")}` })), { value: POOLED, label: t("backTest.pooled") }];
  const money = (units: number) => format.money(unitsToMicros(units), { compact: true });
  return (
    <div className="stack stack--tight">
      {origins.length > 1 && (
        <div className="row">
          <span className="soft">{t("backTest.window")}</span>
          {context.narrow ? (
            <select className="select" aria-label={t("backTest.window")} value={chosen} onChange={(event) => setChosen(event.target.value)}>
              {windows.map((each) => (
                <option key={each.value} value={each.value}>
                  {each.label}
                </option>
              ))}
            </select>
          ) : (
            <Segmented label={t("backTest.window")} value={chosen} onChange={setChosen} options={windows} />
          )}
        </div>
      )}
      <ChartFrame
        title={t("backTest.picture")}
        note={origin ? t("backTest.pictureNote", { from: format.day(origin.as_of), to: format.day(origin.until) }) : t("backTest.pooledNote")}
        drawing={deciles(drawnDeciles(tested, money), context)}
        file="back-test"
        onSelect={onSelect}
      />
    </div>
  );
}
