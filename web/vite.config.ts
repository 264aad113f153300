import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { designTokens } from "./scripts/tokens-plugin.ts";

export default defineConfig({
  base: "/",
  // `npm run dev` shows the screens beside a running `zhiji serve`.
  server: { proxy: { "/api": `http://127.0.0.1:${process.env.ZHIJI_PORT ?? "8765"}` } },
  plugins: [react(), designTokens()],
  build: {
    outDir: "../src/zhiji/config/web",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    // The policy allows scripts and styles of our own origin only: nothing may be inlined as data or as a script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    isolate: false,
    setupFiles: ["src/test-setup.ts"],
    css: false,
  },
});
