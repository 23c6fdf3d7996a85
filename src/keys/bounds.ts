// What a key is held to — its end, its addresses, its quotas — holds for what it makes too, and it can't free itself.
import type { Overrides } from "../limits/plans";
import type { OrgCtx } from "../platform/context";
import { isWithin } from "./cidr";
import type { Issue } from "./issue";
import { notGrantable } from "./problems";
import { readKey, type KeyRow, type ListedKeyRow } from "./store";

interface Bounds {
  readonly expiresAt: number | null;
  readonly allowedIps: readonly string[];
  readonly limits: Overrides;
  readonly synchronous: boolean;
}

const boundsOf = (row: Pick<KeyRow, "expires_at" | "allowed_ips" | "limits" | "synchronous">): Bounds => ({
  expiresAt: row.expires_at,
  allowedIps: row.allowed_ips === null ? [] : JSON.parse(row.allowed_ips),
  limits: row.limits === null ? {} : JSON.parse(row.limits),
  synchronous: row.synchronous === 1,
});

const QUOTAS = ["hour", "second", "burst", "inflight"] as const;

/** What is asked for, with what the calling key is held to where it says nothing. Throws `not_grantable` (403) where it asks for more. */
export async function bounded(ctx: OrgCtx, wanted: Issue): Promise<Issue> {
  const own = await boundsOfCaller(ctx);
  if (!own) return wanted;
  const given: Issue = {
    ...wanted,
    expiresAt: wanted.expiresAt ?? own.expiresAt ?? undefined,
    allowedIps: wanted.allowedIps?.length ? wanted.allowedIps : own.allowedIps,
    limits: wanted.limits || QUOTAS.some((quota) => own.limits[quota] !== undefined) ? { ...own.limits, ...wanted.limits } : undefined,
    synchronous: wanted.synchronous ?? own.synchronous,
  };
  check(own, { expiresAt: given.expiresAt ?? null, allowedIps: given.allowedIps ?? [], limits: given.limits ?? {}, synchronous: given.synchronous ?? false });
  return given;
}

/** Throws `not_grantable` (403) where a key loosens what it is held to itself, or holds another to less than itself. */
export async function checkLoosened(ctx: OrgCtx, before: ListedKeyRow, after: ListedKeyRow): Promise<void> {
  const same = before.allowed_ips === after.allowed_ips && before.limits === after.limits && before.synchronous === after.synchronous;
  const own = same ? null : await boundsOfCaller(ctx);
  if (own) check({ ...own, expiresAt: null }, { ...boundsOf(after), expiresAt: null });
}

/** Throws `not_grantable` (403) where a key is held to less than the calling key. */
export async function checkBounds(ctx: OrgCtx, row: KeyRow): Promise<void> {
  const own = await boundsOfCaller(ctx);
  if (own) check(own, boundsOf(row));
}

async function boundsOfCaller(ctx: OrgCtx): Promise<Bounds | null> {
  const row = ctx.principal.key ? await readKey(ctx, ctx.principal.id) : null;
  return row && boundsOf(row);
}

function check(own: Bounds, wanted: Bounds): void {
  if (own.expiresAt !== null && (wanted.expiresAt ?? Number.POSITIVE_INFINITY) > own.expiresAt) throw notGrantable("This key ends before that.", { expires_at: wanted.expiresAt });
  if (!isWithin(wanted.allowedIps, own.allowedIps)) throw notGrantable("This key is held to fewer addresses.", { allowed_ips: wanted.allowedIps });
  const looser = QUOTAS.filter((quota) => (wanted.limits[quota] ?? Number.POSITIVE_INFINITY) > (own.limits[quota] ?? Number.POSITIVE_INFINITY));
  if (looser.length > 0) throw notGrantable("This key has narrower quotas.", { limits: looser });
  if (own.synchronous && !wanted.synchronous) throw notGrantable("This key is synchronous.", { synchronous: false });
}
