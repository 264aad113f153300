import { useSyncExternalStore } from "react";
import type { Mode } from "./tokens";

export type ThemeChoice = Mode | "system";
const REMEMBERED = "zhiji.theme";
const listeners = new Set<() => void>();
const system = () => window.matchMedia("(prefers-color-scheme: dark)");

export function themeChoice(): ThemeChoice {
  const kept = localStorage.getItem(REMEMBERED);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function currentMode(): Mode {
  const choice = themeChoice();
  return choice === "system" ? (system().matches ? "dark" : "light") : choice;
}

function apply(): void {
  document.documentElement.dataset.theme = currentMode();
  for (const listener of listeners) listener();
}

export function startTheme(): void {
  apply();
  system().addEventListener("change", apply);
}

export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem(REMEMBERED, choice);
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useMode(): Mode {
  return useSyncExternalStore(subscribe, currentMode);
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, themeChoice);
}
