import { describe, expect, it } from "vitest";
import { decimalOf, formatCompact, formatDay, formatDayOrInstant, formatInstant, formatMoney, formatPercent, microsForDrawing, microsOf, percentOf, spaceHanLatin, sumMicros, toMicros } from "./format";

describe("money", () => {
  it("keeps every digit of the largest amount there can be", () => {
    expect(formatMoney("9223372036854775807", "CNY", "en")).toBe("¥9,223,372,036,854.78");
    expect(decimalOf("9223372036854775807")).toBe("9223372036854.775807");
  });

  it("sums what a float cannot", () => {
    // 0.1 + 0.2 of a unit, and two neighbours beyond 2^53.
    expect(sumMicros([100000, 200000])).toBe(300000n);
    expect(sumMicros(["9007199254740993", "2"])).toBe(9007199254740995n);
  });

  it("refuses a number that has already lost digits", () => {
    expect(() => toMicros(2 ** 53)).toThrow(RangeError);
    expect(() => toMicros(0.5)).toThrow(RangeError);
  });

  it("rounds half to even, as the server does", () => {
    expect(formatMoney(125000, "GBP", "en")).toBe("£0.12");
    expect(formatMoney(135000, "GBP", "en")).toBe("£0.14");
    expect(formatMoney(-125000, "GBP", "en")).toBe("−£0.12");
  });

  it("shows the minor digits of the currency", () => {
    expect(formatMoney(1240500000, "JPY", "en")).toBe("¥1,240");
    expect(formatMoney(1240500000, "KWD", "en")).toContain("1,240.500");
  });

  it("counts in ten thousands in Chinese and in thousands in English", () => {
    expect(formatMoney(1_240_000_000_00, "CNY", "zh", { compact: true })).toBe("¥12.4万");
    expect(formatMoney("312000000000000", "CNY", "zh", { compact: true })).toBe("¥3.12亿");
    expect(formatMoney(-7_624_060_000, "CNY", "zh", { compact: true })).toBe("−¥7,624");
    expect(formatMoney(28_160_000, "CNY", "zh", { compact: true })).toBe("¥28.16");
    expect(formatMoney(0, "CNY", "zh", { compact: true })).toBe("¥0");
    expect(formatMoney(1_240_000_000_00, "CNY", "en", { compact: true })).toBe("¥124K");
    expect(formatCompact(541909, "zh")).toBe("54.2万");
    expect(formatCompact(541909, "en")).toBe("542K");
  });

  it("marks gains when asked", () => {
    expect(formatMoney(5_000_000, "GBP", "en", { signed: true, whole: true })).toBe("+£5");
    expect(formatMoney(0, "GBP", "en", { signed: true, whole: true })).toBe("£0");
  });

  it("reads exact decimal text", () => {
    expect([microsOf("1240.5"), microsOf("-0.001"), microsOf("9223372036854.775807")]).toEqual([1_240_500_000n, -1_000n, 9223372036854775807n]);
    expect(() => microsOf("1e3")).toThrow(RangeError);
  });

  it("takes a margin of spend without a float", () => {
    // 33.25 % of 100.00; a half of a micro goes to the even neighbour; beyond 2^53 nothing is lost.
    expect(percentOf(100_000_000, 33.25)).toBe(33_250_000n);
    expect([percentOf(1, 50), percentOf(3, 50), percentOf(-3, 50)]).toEqual([0n, 2n, -2n]);
    expect(percentOf("9223372036854775807", 100)).toBe(9223372036854775807n);
    expect(percentOf(1_000_000, 0.29)).toBe(2_900n);
  });

  it("draws negative amounts below zero", () => {
    expect(microsForDrawing("-2500000")).toBe(-2.5);
  });
});

describe("dates", () => {
  it("keeps a company day whatever the zone of the reader", () => {
    expect(formatDay("2026-03-03", "zh")).toBe("2026年3月3日");
    expect(formatDay("2026-03-03", "en")).toBe("3 Mar 2026");
  });

  it("shows instants on the company's clock", () => {
    expect(formatInstant("2026-03-03T17:30:00Z", "en", "Asia/Shanghai")).toContain("4 Mar 2026");
    expect(formatInstant("2026-03-03T17:30:00Z", "en", "Europe/London")).toContain("17:30");
  });

  it("shows a day that was given without a time as a day", () => {
    expect(formatDayOrInstant("2026-03-02T16:00:00Z", "en", "Asia/Shanghai")).toBe("3 Mar 2026");
    expect(formatDayOrInstant("2026-03-02T16:00:00Z", "en", "Europe/London")).toContain("16:00");
    expect(formatDayOrInstant("2026-03-02T16:00:01Z", "zh", "Asia/Shanghai")).toContain("00:00");
  });
});

describe("type", () => {
  it("sets a thin space between Han and Latin, through mark-up", () => {
    expect(spaceHanLatin("给37位客户")).toBe("给\u200937\u2009位客户");
    expect(spaceHanLatin("占<n>41%</n>的消费")).toBe("占\u2009<n>41%</n>\u2009的消费");
    expect(spaceHanLatin("知己Zhiji")).toBe("知己\u2009Zhiji");
    expect(spaceHanLatin("截至2026年3月3日，共12.4万元")).toBe("截至\u20092026年3月3日，共\u200912.4万元");
    expect(spaceHanLatin("Zhiji knows")).toBe("Zhiji knows");
  });

  it("writes shares by locale", () => {
    expect(formatPercent(0.413, "zh")).toBe("41%");
  });
});
