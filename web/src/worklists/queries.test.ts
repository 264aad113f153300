import { expect, it } from "vitest";
import { dayFromToday, daysSince } from "./queries";

it("counts days on the company's calendar, not on the reader's", () => {
  const now = new Date("2026-03-03T17:30:00Z"); // already the fourth in Shanghai
  expect(dayFromToday(1, "Asia/Shanghai", now)).toBe("2026-03-05");
  expect(dayFromToday(1, "Europe/London", now)).toBe("2026-03-04");
  expect(dayFromToday(30, "America/New_York", new Date("2026-01-31T12:00:00Z"))).toBe("2026-03-02");
});

it("knows how long ago a day was for the company", () => {
  const now = new Date("2026-03-03T17:30:00Z");
  expect(daysSince("2026-03-03", "Asia/Shanghai", now)).toBe(1);
  expect(daysSince("2026-03-03", "Europe/London", now)).toBe(0);
  expect(daysSince("2025-03-03", "Europe/London", now)).toBe(365);
});
