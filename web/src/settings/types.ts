import type { Instant, Permission, PersonRef } from "../api/types";

export interface CompanySettings {
  name: string;
  currency: string;
  zone: string;
  language: "zh" | "en";
  /** Of goods, in per cent with two decimals as text; null: screens say "spend". */
  margin_percent: string | null;
  version: number;
}

export interface UserRow {
  id: string;
  name: string;
  email: string;
  role: "administrator" | "manager" | "analyst" | "agent";
  team: PersonRef | null;
  state: "active" | "invited" | "disabled" | "locked";
  last_seen_at: Instant | null;
}

export interface TeamRow {
  id: string;
  name: string;
  members: number;
  parent: PersonRef | null;
}

export interface TokenRow {
  id: string;
  name: string;
  scopes: Permission[];
  created_at: Instant;
  expires_at: Instant;
  last_used_at: Instant | null;
  by: PersonRef;
}

/** The secret is in the answer to its creation and nowhere else. */
export interface NewToken extends TokenRow {
  secret: string;
}

export interface AuditRow {
  id: string;
  at: Instant;
  actor: string;
  action: string;
  object: string;
  request_id: string;
}
