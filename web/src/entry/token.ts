import { useState } from "react";
import { useLocation } from "react-router";

/** The secret of a link stands behind "#", which no browser sends to a server or writes into a log. */
export function tokenOfLink(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? "";
}

/** The link's secret, also where the link is opened in a tab that already shows its page; kept when the address moves on. */
export function useLinkToken(): string {
  const { hash } = useLocation();
  const [kept, setKept] = useState("");
  const given = tokenOfLink(hash);
  if (given && given !== kept) setKept(given);
  return given || kept;
}
