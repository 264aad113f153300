import type { Plugin } from "vite";
import { cssVariables } from "../src/design/tokens.ts";

const NAME = "virtual:tokens.css";

/** Turns the design tokens into a style sheet at build time, so that no style has to be inserted at run time. */
export function designTokens(): Plugin {
  return {
    name: "design-tokens",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? cssVariables() : undefined),
  };
}
