import { expect, it } from "vitest";
import { moved, optionsOf, suggestedBy, type Region } from "./regions";

const regions: Region[] = [
  { code: "CN", calling_code: 86, zones: ["Asia/Shanghai", "Asia/Urumqi"] },
  { code: "GB", calling_code: 44, zones: ["Europe/London"] },
  { code: "IE", calling_code: 353, zones: ["Europe/Dublin"] },
];

it("suggests the country of the zone, and none where it lies in none", () => {
  expect(["Europe/London", "Asia/Urumqi", "UTC"].map((zone) => suggestedBy(zone, regions))).toEqual(["GB", "CN", ""]);
});

it("lets the country follow the zone until somebody chose another", () => {
  expect(moved({ zone: "Asia/Shanghai", region: "CN" }, "Europe/London", regions)).toEqual({ zone: "Europe/London", region: "GB" });
  expect(moved({ zone: "UTC", region: "" }, "Europe/London", regions)).toEqual({ zone: "Europe/London", region: "GB" });
  expect(moved({ zone: "Europe/London", region: "IE" }, "Asia/Shanghai", regions)).toEqual({ zone: "Asia/Shanghai", region: "IE" });
  expect(moved({ zone: "Europe/London", region: "" }, "Asia/Shanghai", regions)).toEqual({ zone: "Asia/Shanghai", region: "" });
  expect(moved({ zone: "Asia/Shanghai", region: null }, "Europe/London", regions)).toEqual({ zone: "Europe/London", region: null });
});

it("names countries in the reader's language, with their calling codes", () => {
  expect(optionsOf(regions, "en").map(({ label }) => label)).toEqual(["China (CN, +86)", "Ireland (IE, +353)", "United Kingdom (GB, +44)"]);
  expect(optionsOf(regions, "zh").find(({ value }) => value === "GB")?.label).toBe("英国 (GB, +44)");
});
