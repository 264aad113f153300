/** The secret of a link stands behind "#", which no browser sends to a server or writes into a log. */
export function tokenOfLink(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? "";
}
