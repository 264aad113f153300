import { render, screen } from "@testing-library/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { beforeAll, it, vi } from "vitest";
import { startTexts } from "../i18n";
import { RankingPanel } from "./RankingPanel";

// jsdom has no canvas, and the table says all that is asked here.
vi.mock("../charts/EChart", () => ({ default: () => null }));

beforeAll(() => startTexts("en"));

it("says the Gini index in per cent, as the reasons above it do", async () => {
  const figure = (value: number | null) => ({ value, low: null, high: null, level: 0.9 });
  const row = { name: "total_spend", role: "rule" as const, gini: { ...figure(0.6498), low: 0.6212, high: 0.68 }, top_share: figure(0.5), gini_lead: figure(null), top_share_lead: figure(null) };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RankingPanel rankings={[row]} />
    </QueryClientProvider>,
  );
  await screen.findByText("65% (62.1%–68%)");
});
