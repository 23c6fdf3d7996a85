// A key gets its first secret when it is claimed, and loses what it had when it is to be claimed again.
import { raiseKeys } from "../limits/store";
import type { Guard } from "../platform/commit";
import type { HashedSecret } from "../platform/secret";
import { control, type Statement } from "../platform/sql";
import { firstDue } from "./idleness";

/** Holds while the key waits to be claimed. */
export const isUnclaimed = (key: string): Guard<"control"> => ({ database: "control", sql: "SELECT status = 'unclaimed' FROM keys WHERE id = ?", params: [key] });

/** The secret is born: the key is active from here on. */
export const claimWrites = (key: string, digest: HashedSecret, last4: string, now: number): Statement<"control">[] => [
  control("INSERT INTO key_secrets (digest, key_id, last4, state, created_at) VALUES (?, ?, ?, 'current', ?)", digest, key, last4, now),
  control(
    "UPDATE keys SET status = 'active', last4 = ?2, claimed_at = ?3, idle_due_at = ?4, epoch = epoch + 1, version = version + 1, updated_at = ?3 WHERE id = ?1",
    key, last4, now, firstDue(now),
  ),
];

/** Secrets that went astray work no more, and the key, now of this member, waits for a new one. */
export const unclaimWrites = (key: string, owner: string, now: number): Statement<"control">[] => [
  control("UPDATE key_secrets SET state = 'retired' WHERE key_id = ?", key),
  control("UPDATE keys SET status = 'unclaimed', last4 = '----', claimed_at = NULL, owner_id = ?3, version = version + 1, updated_at = ?2 WHERE id = ?1", key, now, owner),
  ...raiseKeys([key], now),
];
