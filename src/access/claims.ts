// The hand-over: a link that works once and for 72 hours. The secret comes into being at the claim; where the other side
// has a public key, it leaves encrypted to it, else it is shown this once.
import { claimWrites, isUnclaimed } from "../keys/claim";
import { mint } from "../keys/keys";
import { addressOf } from "../limits/address";
import { guard } from "../limits/guards";
import { DAY } from "../platform/clock";
import { commit, systemCtx, type Plan } from "../platform/commit";
import type { Ctx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { notFound } from "../platform/problems";
import { hash, PlainSecret, sha256, type HashedSecret } from "../platform/secret";
import { isToken, mintToken } from "../platform/token";
import { about, event, forVendor } from "./events";
import { recipientOf, seal } from "./jwk";
import { claimLapsed, claimUsed } from "./problems";
import { scopesOf } from "./render";
import type { Claimed } from "./schema";
import * as store from "./store";

const CLAIM_MS = 3 * DAY;

export interface Claim {
  readonly token: PlainSecret;
  readonly digest: HashedSecret;
  readonly expiresAt: number;
}

export function newClaim({ env, now }: Pick<Ctx, "env" | "now">): Claim {
  const token = mintToken("claim");
  return { token, digest: hash(env.KEY_PEPPER, token), expiresAt: now + CLAIM_MS };
}

export const linkOf = ({ origin }: Pick<Ctx, "origin">, { token }: Claim): string => `${origin}/v1/claims/${token.reveal()}`;

/** Hands the secret over. Throws 404 for what is no link of ours, `claim_used`, `claim_lapsed` (410), 429. */
export async function claim(ctx: Ctx, token: string): Promise<Reply<Claimed>> {
  if (!isToken("claim", token)) throw notFound("No such link.");
  await guard(ctx.env, "claims", addressOf(ctx.ip));
  const digest = hash(ctx.env.KEY_PEPPER, new PlainSecret(token));
  const first = await store.readByClaim(ctx.db.control, digest);
  if (!first) throw notFound("No such link.");
  const secret = mint("live", first.kind);
  const fingerprint = sha256(secret.reveal()).slice(0, 16);
  const source = { ...systemCtx(first.org_id, ctx.now), actor: { type: "system", id: "claim" } as const, requestId: ctx.requestId, ip: ctx.ip };
  return commit(source, ctx.db.control, async (attempt): Promise<Plan<"control", Claimed>> => {
    const before = attempt === 0 ? first : await store.readByClaim(ctx.db.control, digest);
    const key = open(before, ctx.now);
    const row = before ?? first;
    const recipient = row.public_jwk === null ? null : await recipientOf(row.public_jwk);
    const after: store.ListedRequestRow = { ...row, status: "claimed", claimed_at: ctx.now, fingerprint, version: row.version + 1, updated_at: ctx.now };
    const receipt = { ...about(after), key, last4: secret.last4, fingerprint, encrypted_to: recipient?.thumbprint ?? null };
    const body = { key: { ref: key, name: row.name, last4: secret.last4 }, organization: row.org_id, scopes: scopesOf(row).split(" "), fingerprint };
    return {
      reply: {
        status: 200,
        body: recipient
          ? { ...body, jwe: await seal(recipient, { secret: secret.reveal(), ref: key, organization: row.org_id }) }
          : { ...body, secret: secret.reveal() },
      },
      guards: [store.unchanged(row), isUnclaimed(key)],
      writes: [...claimWrites(key, hash(ctx.env.KEY_PEPPER, secret), secret.last4, ctx.now), store.updateRequest(after)],
      events: [
        { type: "key.claimed", subject: key, version: (row.key_version ?? 0) + 1, environment: "live", changes: { status: { from: "unclaimed", to: "active" } }, data: { ...receipt, request: row.id }, notice: { severity: "info" } },
        ...(row.vendor_id === null ? [] : [{ ...forVendor(event(after, "claimed", row), row), data: { ...receipt, request: row.id, client: row.org_id }, notice: { severity: "info" } as const }]),
      ],
    };
  });
}

/** The key that a link opens now. Throws 410. */
function open(row: store.ListedRequestRow | null, now: number): string {
  if (!row || row.key_id === null) throw claimLapsed("The link was replaced.");
  if (row.status === "claimed" || row.status === "connected") throw claimUsed("The secret was handed over already.");
  const ended = Math.min(row.expires_at, row.key_expires_at ?? Number.POSITIVE_INFINITY) <= now;
  if (row.status !== "approved" || ended || row.key_status !== "unclaimed") throw claimLapsed("The link works no more.");
  return row.key_id;
}
