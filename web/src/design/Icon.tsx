/** One hand: 20 × 20, line 1.5, square caps. Decorative; the words beside it carry the meaning. */
const paths = {
  worklist: "M3 5.5l1.5 1.500L7 4M3 11.500l1.5 1.500L7 10M10 5.500h7M10 11.500h7M4 16.500h13",
  customers: "M7.5 9.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17c0-3 2.5-5 5.5-5s5.5 2 5.5 5M13 3.800a3 3 0 0 1 0 5.400M14.5 12.300c2 .6 3.5 2.3 3.5 4.7",
  segments: "M3 3h8v8H3zM13.5 3H17v5h-3.500zM13.5 10.500H17V17h-3.500zM3 13.500h8V17H3z",
  predictions: "M2.5 16.500h15M3 13l4-4 3 2.500L17 4M13 4h4v4",
  dashboards: "M3 17V9M8 17V4M13 17v-6M17.5 17V7",
  imports: "M10 3v9M6.5 8.5 10 12l3.5-3.500M3 13v4h14v-4",
  sources: "M4 5c0-1.400 2.700-2.500 6-2.500s6 1.100 6 2.500-2.700 2.500-6 2.500S4 6.400 4 5zM4 5v10c0 1.400 2.700 2.500 6 2.500s6-1.100 6-2.500V5M4 10c0 1.400 2.700 2.500 6 2.500s6-1.100 6-2.500",
  settings: "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
  search: "M9 15a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM13.5 13.5 17.5 17.5",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  language: "M10 17.500a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM2.5 10h15M10 2.500c2.5 2.5 2.5 12.5 0 15M10 2.500c-2.5 2.5-2.5 12.5 0 15",
  light: "M10 13.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 1.500v2M10 16.500v2M1.5 10h2M16.5 10h2M4 4l1.4 1.400M14.6 14.6 16 16M4 16l1.4-1.400M14.6 5.4 16 4",
  dark: "M16.5 12A7 7 0 0 1 8 3.500a7 7 0 1 0 8.5 8.500z",
  system: "M2.5 4h15v10h-15zM7 17.500h6",
  user: "M10 9.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3.5 17.500c0-3.5 3-5.5 6.5-5.500s6.5 2 6.5 5.5",
  close: "M4.5 4.500l11 11M15.5 4.500l-11 11",
  down: "M5 8l5 5 5-5",
  up: "M5 12l5-5 5 5",
  right: "M8 5l5 5-5 5",
  left: "M12 5l-5 5 5 5",
  columns: "M3 4h14v12H3zM8 4v12M12.5 4v12",
  filter: "M3 5h14M6 10h8M8.5 15h3",
  table: "M3 4h14v12H3zM3 8.500h14M3 12.500h14M9 8.500V16",
  chart: "M3 3v14h14M7 14v-4M11 14V6M15 14V9",
  download: "M10 3v9M6.5 8.5 10 12l3.5-3.500M4 16.500h12",
  undo: "M7 4 3.5 7.5 7 11M3.5 7.500H12a4.5 4.5 0 0 1 0 9H8",
  refresh: "M4 7a7 7 0 0 1 12.500 1M16.500 3.500V8H12M16 13a7 7 0 0 1-12.500-1M3.500 16.500V12H8",
  history: "M3.500 10a6.500 6.500 0 1 1 2 4.700M3.500 10l-1.500-2M3.500 10l2-1.500M10 6.500V10l2.500 1.500",
  check: "M4 10.500l4 4 8-9",
  plus: "M10 4v12M4 10h12",
  phone: "M4 3h3l1.5 4-2 1.500c1 2.2 2.8 4 5 5l1.5-2 4 1.500v3c0 .800-.7 1.5-1.5 1.500C8.5 17 3 11.5 2.5 4.5 2.5 3.7 3.2 3 4 3z",
  note: "M4 3h9l3.5 3.500V17H4zM7 9h6.500M7 12.500h6.5",
  order: "M4 6.500h12L15 17H5zM7 6.500a3 3 0 0 1 6 0",
  task: "M4 4h12v12H4zM7 10l2 2 4-4.5",
  edit: "M4 16l.8-3.500L13.5 4l2.5 2.500L7.5 15.200zM12 5.5 14.5 8",
  trash: "M4 6h12M8 6V3.500h4V6M5.5 6l.7 11h7.600l.7-11",
  link: "M8.5 11.5 12 8M9 6.500l2-2a3.2 3.2 0 0 1 4.5 4.500l-2 2M11 13.500l-2 2A3.2 3.2 0 0 1 4.5 11l2-2",
  shield: "M10 2.5 16 5v5c0 4-2.5 6.5-6 7.5-3.5-1-6-3.5-6-7.500V5z",
  density: "M3 4.500h14M3 8.200h14M3 11.800h14M3 15.500h14",
  star: "M10 3l2.1 4.5 4.9.6-3.6 3.4.9 4.900L10 14l-4.3 2.4.9-4.900L3 8.100l4.9-.6z",
  merge: "M3 4c4 0 5 6 9 6h5M3 16c4 0 5-6 9-6M14 7l3 3-3 3",
  part: "M3 10h4c4 0 5-6 10-6M7 10c4 0 5 6 10 6M14 1.5 17 4l-3 2.500M14 13.500l3 2.500-3 2.500",
  near: "M3 8c2.500-2.500 4.500-2.500 7 0s4.500 2.500 7 0M3 13c2.500-2.500 4.500-2.500 7 0s4.500 2.500 7 0",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth={name === "more" ? 2.5 : 1.5} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** The seal: two characters cut into cinnabar, drawn, so that it needs no font. */
export function Seal({ size = 28, label }: { size?: number; label?: string }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : true} focusable="false">
      <path
        fill="#b5301c"
        d="M3.5 2.200C9 1.4 23 1.6 28.6 2.400c1 .2 1.3.9 1.4 1.8.5 6 .4 17.6 0 23.6-.1 1.2-.6 1.7-1.7 1.9-6 .7-18 .6-24.4.1C2.7 29.6 2.2 29 2.1 28 1.5 22 1.7 10 2 4c.1-1.2.5-1.7 1.5-1.800z"
      />
      <g fill="none" stroke="#fff" strokeWidth="1.9" strokeLinecap="square" strokeLinejoin="miter">
        {/* 知: arrow beside mouth */}
        <path d="M7.6 6.2 6.2 9.600M7 8.600h4.200M5.4 13h6.600M8.8 8.600v4.600M8.6 14.2 5.4 20.500M9.6 15.600l2.2 4M13.6 9.600h3v9.400h-3z" />
        {/* 己: three strokes of one brush */}
        <path d="M20.4 12.600h6v6h-6v6.800h6.600v-2.6" />
      </g>
    </svg>
  );
}
