/**
 * The one place where the look is decided. antd's theme, the style sheet and the charts all read it.
 *
 * Deep ink carries text and the frame; cinnabar, the colour of a seal, marks the one thing that counts on a page;
 * two signals say "more" (teal-blue) and "look here" (ochre), which people with any colour vision tell apart.
 */

export type Mode = "light" | "dark";

export interface Palette {
  /** Page, surface of cards and tables, sunken areas. */
  paper: string;
  surface: string;
  sunken: string;
  /** Text: main, second, faint (still 4.5:1 on paper). */
  ink: string;
  inkSoft: string;
  inkFaint: string;
  /** Hairlines, and the stronger line around controls (3:1). */
  line: string;
  lineStrong: string;
  accent: string;
  accentSoft: string;
  onAccent: string;
  /** Filled buttons. */
  solid: string;
  solidHover: string;
  onSolid: string;
  /** Signals: gain and attention. */
  gain: string;
  gainSoft: string;
  attention: string;
  attentionSoft: string;
  focus: string;
  /** The frame: ink in both modes. */
  frame: string;
  frameLine: string;
  onFrame: string;
  onFrameSoft: string;
  frameAccent: string;
  /** Drawn things that are neither good nor bad. */
  mark: string;
  markSoft: string;
}

const light: Palette = {
  paper: "#f7f6f3",
  surface: "#ffffff",
  sunken: "#efede8",
  ink: "#18202b",
  inkSoft: "#47515f",
  inkFaint: "#626b78",
  line: "#e2dfd8",
  lineStrong: "#8a8f98",
  accent: "#b5301c",
  accentSoft: "#f9e9e4",
  onAccent: "#ffffff",
  solid: "#1d2735",
  solidHover: "#33415a",
  onSolid: "#ffffff",
  gain: "#0b6478",
  gainSoft: "#dcedf1",
  attention: "#925200",
  attentionSoft: "#f8ebd6",
  focus: "#3a74cc",
  frame: "#151c26",
  frameLine: "#2a3442",
  onFrame: "#eef0f3",
  onFrameSoft: "#a9b3c0",
  frameAccent: "#e8654e",
  mark: "#56657a",
  markSoft: "#ccd3dc",
};

const dark: Palette = {
  paper: "#10151c",
  surface: "#171e28",
  sunken: "#0c1016",
  ink: "#e9ebee",
  inkSoft: "#b9c1cb",
  inkFaint: "#959fac",
  line: "#2a3442",
  lineStrong: "#6d7887",
  accent: "#f2806a",
  accentSoft: "#3a211d",
  onAccent: "#1c0e0b",
  solid: "#e4e7eb",
  solidHover: "#ffffff",
  onSolid: "#141a23",
  gain: "#62bfd3",
  gainSoft: "#16323a",
  attention: "#e5aa55",
  attentionSoft: "#36291a",
  focus: "#8ab4f8",
  frame: "#0b0f15",
  frameLine: "#232c38",
  onFrame: "#eef0f3",
  onFrameSoft: "#a2acb9",
  frameAccent: "#f2806a",
  mark: "#9aa8ba",
  markSoft: "#3b4858",
};

export const palettes: Record<Mode, Palette> = { light, dark };

/** Colours of categories: the same segment has the same colour on every page (see charts/colours.ts). */
export const categories: Record<Mode, readonly string[]> = {
  light: ["#8f2a1a", "#c8573f", "#c08a1e", "#5f7a2f", "#0b6478", "#3f83b8", "#56548f", "#8d6a86", "#7a7f88", "#a7aab0", "#4a4f57"],
  dark: ["#f2806a", "#dd9a83", "#e0b352", "#a0bd6a", "#62bfd3", "#79aede", "#a09ce0", "#c79dc0", "#a3a9b3", "#7d8590", "#c9cdd3"],
};

/** Light to dark, for heat maps: one hue of ink, so that print and any colour vision keep the order. */
export const ramps: Record<Mode, readonly string[]> = {
  light: ["#f0eeea", "#d5dce4", "#a9b8c8", "#7890a8", "#4b6785", "#2b4362", "#182a42"],
  dark: ["#1b2330", "#26374c", "#37526f", "#507394", "#7598b8", "#a2bfd8", "#d4e4f2"],
};

export const type = {
  family:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif',
  mono: 'ui-monospace, SFMono-Regular, "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono", "Noto Sans CJK SC", monospace',
  size: 14,
  small: 12,
  lineHeight: 1.6,
  answer: 26,
} as const;

/** The 8 px grid. */
export const space = { half: 4, one: 8, two: 16, three: 24, four: 32, six: 48 } as const;
export const radius = 4;
export const control = { height: 32, comfortableRow: 44, compactRow: 34 } as const;
export const breakpoints = { phone: 720, narrow: 1100 } as const;

/** Pairs of text and ground that must keep WCAG 2.2 AA: 4.5 for text, 3 for the edges of controls and drawn marks. */
export const contrastPairs: readonly { text: keyof Palette; ground: keyof Palette; least: number }[] = [
  ...(["ink", "inkSoft", "inkFaint", "accent", "gain", "attention"] as const).flatMap((text) =>
    (["paper", "surface", "sunken"] as const).map((ground) => ({ text, ground, least: 4.5 })),
  ),
  { text: "onAccent", ground: "accent", least: 4.5 },
  { text: "onSolid", ground: "solid", least: 4.5 },
  { text: "onSolid", ground: "solidHover", least: 4.5 },
  { text: "ink", ground: "accentSoft", least: 4.5 },
  { text: "accent", ground: "accentSoft", least: 4.5 },
  { text: "gain", ground: "gainSoft", least: 4.5 },
  { text: "attention", ground: "attentionSoft", least: 4.5 },
  { text: "ink", ground: "gainSoft", least: 4.5 },
  { text: "ink", ground: "attentionSoft", least: 4.5 },
  { text: "onFrame", ground: "frame", least: 4.5 },
  { text: "onFrameSoft", ground: "frame", least: 4.5 },
  { text: "frameAccent", ground: "frame", least: 4.5 },
  { text: "lineStrong", ground: "surface", least: 3 },
  { text: "lineStrong", ground: "paper", least: 3 },
  { text: "focus", ground: "surface", least: 3 },
  { text: "focus", ground: "paper", least: 3 },
  { text: "focus", ground: "frame", least: 3 },
  { text: "mark", ground: "surface", least: 3 },
];

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The tokens as custom properties; built into a style sheet by scripts/tokens-plugin.ts. */
export function cssVariables(): string {
  const block = (mode: Mode) => {
    const colours = Object.entries(palettes[mode]).map(([name, value]) => `--${kebab(name)}:${value};`);
    const kinds = categories[mode].map((value, index) => `--category-${index}:${value};`);
    return [...colours, ...kinds, `color-scheme:${mode};`].join("");
  };
  const sizes = [
    `--family:${type.family};`,
    `--mono:${type.mono};`,
    `--radius:${radius}px;`,
    `--control:${control.height}px;`,
    ...Object.entries(space).map(([name, value]) => `--space-${name}:${value}px;`),
  ].join("");
  return `:root{${sizes}${block("light")}}\n[data-theme="dark"]{${block("dark")}}\n`;
}
