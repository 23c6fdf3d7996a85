// Rotation with overlap: one key, two secrets, one set of buckets. The new secret works at once; the old one until the
// overlap ends, is finished, or wins because the rotation is canceled.
import { checkReachable } from "../limits/switches";
import { MINUTE, rfc3339 } from "../platform/clock";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { control, type Statement } from "../platform/sql";
import { hash } from "../platform/secret";
import { checkBounds } from "./bounds";
import { change, checkLiving } from "./change";
import { mint } from "./format";
import { checkOwner, checkScopes } from "./grants";
import { noRotation, rotationInProgress } from "./problems";
import { currentSecret, secretsIn, type SecretRow } from "./render";
import type { CreatedKey, Key } from "./schema";
import { expand } from "./scopes";
import * as store from "./store";

/** By then the sweep has told a gate that could not be told at once: nobody has to wait for it. */
const LENIENT_MS = 5 * MINUTE;

/** The old secret while both work, or undefined. */
const oldSecret = (row: store.ListedKeyRow, now: number): SecretRow | undefined =>
  secretsIn(row).find(({ state, retires_at }) => state === "previous" && (retires_at ?? 0) > now);

const retire = (key: string, state: "current" | "previous"): Statement<"control"> =>
  control("UPDATE key_secrets SET state = 'retired' WHERE key_id = ? AND state = ?", key, state);

/** Gives the key a second secret. Throws `rotation_in_progress`, `key_ended` (409), `not_grantable` (403). */
export function rotate(ctx: OrgCtx, id: string, overlapMs: number): Promise<Reply<CreatedKey>> {
  const secrets: CreatedKey["secret"][] = [];
  const decide = async (before: store.ListedKeyRow) => {
    checkLiving(before);
    await checkMine(ctx, before);
    const until = oldSecret(before, ctx.now)?.retires_at;
    if (until) throw rotationInProgress("The old secret still works.", { retires_at: rfc3339(until) });
    if (overlapMs < LENIENT_MS) await checkReachable(ctx.env, id);
    const secret = mint(before.environment, before.kind);
    const retiresAt = Math.min(ctx.now + overlapMs, before.expires_at ?? Number.POSITIVE_INFINITY);
    const overlaps = retiresAt > ctx.now;
    secrets[0] = ctx.dryRun ? null : secret.reveal();
    const old = secretsIn(before)
      .filter(({ state }) => overlaps && state === "current")
      .map((one): SecretRow => ({ ...one, state: "previous", retires_at: retiresAt }));
    const row = { ...before, last4: secret.last4, created_at: ctx.now };
    return {
      after: { ...before, last4: secret.last4, secrets: JSON.stringify([currentSecret(secret.last4), ...old]) },
      type: "key.rotated",
      data: { last4: secret.last4, old: { last4: before.last4, retires_at: rfc3339(retiresAt) } },
      writes: [
        retire(id, "previous"),
        control("UPDATE key_secrets SET state = ?, retires_at = ? WHERE key_id = ? AND state = 'current'", overlaps ? "previous" : "retired", retiresAt, id),
        store.insertSecret(hash(ctx.env.KEY_PEPPER, secret), row),
      ],
    };
  };
  return change(ctx, id, decide, { body: (key: Key): CreatedKey => ({ ...key, secret: secrets[0] ?? null }), withhold: ["secret"], lenient: overlapMs >= LENIENT_MS });
}

/** Drops the new secret: the old one is the key's again. Throws `no_rotation` (409). */
export const cancel = (ctx: OrgCtx, id: string): Promise<Reply<Key>> =>
  change(ctx, id, async (before) => {
    const old = await running(ctx, before);
    return {
      after: { ...before, last4: old.last4, secrets: JSON.stringify([{ ...old, state: "current", retires_at: null }]) },
      type: "key.rotation_canceled",
      data: { last4: old.last4, dropped: { last4: before.last4 } },
      writes: [retire(id, "current"), control("UPDATE key_secrets SET state = 'current', retires_at = NULL WHERE key_id = ? AND state = 'previous'", id)],
    };
  });

/** Ends the old secret now. Throws `no_rotation` (409). */
export const finish = (ctx: OrgCtx, id: string): Promise<Reply<Key>> =>
  change(ctx, id, async (before) => {
    const old = await running(ctx, before);
    return {
      after: { ...before, secrets: JSON.stringify(secretsIn(before).filter(({ state }) => state === "current")) },
      type: "key.rotation_finished",
      data: { last4: before.last4, old: { last4: old.last4 } },
      writes: [retire(id, "previous")],
    };
  });

async function running(ctx: OrgCtx, before: store.ListedKeyRow): Promise<SecretRow> {
  checkLiving(before);
  await checkMine(ctx, before);
  const old = oldSecret(before, ctx.now);
  if (!old) throw noRotation("The key has one secret.");
  return old;
}

/** The new secret is worth what its key may: a caller gets that of itself, or of a key that it could have made. */
async function checkMine(ctx: OrgCtx, row: store.ListedKeyRow): Promise<void> {
  if (ctx.principal.id === row.id) return;
  checkOwner(ctx, row.role);
  checkScopes(ctx, expand(row.scopes.split(" ")));
  await checkBounds(ctx, row);
}
