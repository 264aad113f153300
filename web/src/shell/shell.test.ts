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

describe("jobs that change", () => {
  const job = (id: string, done: number) => ({ id, done }) as Job;
  it("replaces the job by its newer state and puts it first", () => {
    expect(placeJob([job("a", 1), job("b", 1)], job("b", 2)).map((each) => [each.id, each.done])).toEqual([["b", 2], ["a", 1]]);
  });
  it("keeps the last twenty", () => {
    const many = Array.from({ length: 25 }, (_, index) => job(String(index), 0));
    expect(placeJob(many, job("new", 0))).toHaveLength(20);
  });
});
