/** Where to after signing in: only a path of our own, so that a link cannot lead elsewhere. */
export function safeNext(next: string | null): string {
  if (!next || !next.startsWith("/") || /^\/[/\\]/.test(next)) return "/worklist";
  const there = new URL(next, "http://own.invalid");
  return there.host === "own.invalid" ? there.pathname + there.search : "/worklist";
}
