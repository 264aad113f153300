import { expect, it } from "vitest";
import { ago } from "./ago";

const now = Date.parse("2025-03-01T12:00:00Z");

it.each([
  ["2025-03-01T11:57:10Z", "2 minutes ago", "2分钟前"],
  ["2025-03-01T12:00:20Z", "now", "现在"],
  ["2025-03-01T15:30:00Z", "in 3 hours", "3小时后"],
  ["2025-02-27T11:00:00Z", "2 days ago", "前天"],
])("%s is told from now on", (instant, en, zh) => {
  expect(ago(instant, "en", now)).toBe(en);
  expect(ago(instant, "zh", now)).toBe(zh);
});
