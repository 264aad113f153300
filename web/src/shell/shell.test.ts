import { describe, expect, it } from "vitest";
import type { Job } from "../api/types";
import { placeJob } from "./live";
import { matches } from "./matching";

describe("finding a command", () => {
  it("takes words in any order, case and width", () => {
    expect(matches("Import a file", "FILE imp")).toBe(true);
    expect(matches("导入\u2009CSV", "导入csv")).toBe(true);
    expect(matches("ＣＳＶ", "csv")).toBe(true);
    expect(matches("Import a file", "export")).toBe(false);
  });
});

describe("news of jobs", () => {
  const job = (id: number, done: number) => ({ id, progress_done: done, kind: "refresh" }) as Job;
  it("renews what they bring and keeps the rest", () => {
    const jobs = placeJob([job(2, 1), job(1, 1)], { id: 1, progress_done: 5 });
    expect(jobs.map((each) => [each.id, each.progress_done, each.kind])).toEqual([[2, 1, "refresh"], [1, 5, "refresh"]]);
  });
  it("leaves the list alone where the job is not in it", () => {
    expect(placeJob([job(2, 1)], { id: 9, progress_done: 5 }).map((each) => each.id)).toEqual([2]);
  });
});
