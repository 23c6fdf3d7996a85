// Addresses and phones of people who were erased and must not come back: known by a keyed hash alone, and held against
// whatever a contact newly gets. A change that is refused so is found out when its plan fails, so others pay no read for it.
import { hash, PlainSecret } from "../platform/secret";
import type { DataCtx, Space } from "../platform/context";
import { data, type Statement } from "../platform/sql";
import type { Change } from "./changes";
import { identitiesOf, type Fields, type Identity } from "./indexes";
import { suppressed } from "./schema";

/** What recognises an address or phone in a space. */
export const digestOf = (pepper: string, space: Pick<Space, "id">, { kind, value }: Identity): string => hash(pepper, new PlainSecret(`suppressed:${space.id}:${kind}:${value}`));

const isReachable = ({ kind }: Identity): boolean => kind !== "external_id";
const nameOf = ({ kind, value }: Identity): string => `${kind}:${value}`;

/** The addresses and phones that contacts get by these changes. */
export function gained(changes: readonly Change[], fields: Fields): Identity[] {
  const all = changes.flatMap(({ before, after }) => {
    const had = new Set(before ? identitiesOf(before.doc, fields).map(nameOf) : []);
    return after ? identitiesOf(after.doc, fields).filter((one) => isReachable(one) && !had.has(nameOf(one))) : [];
  });
  return [...new Map(all.map((one) => [nameOf(one), one])).values()];
}

type Reader = Pick<DataCtx, "env" | "db" | "space">;

const digestsOf = ({ env, space }: Pick<Reader, "env" | "space">, identities: readonly Identity[]): string[] => identities.map((one) => digestOf(env.KEY_PEPPER, space, one));

/** Holds while none of these is suppressed. */
export const noneSuppressed = (ctx: Reader, identities: readonly Identity[]) => ({
  database: "data" as const,
  sql: "SELECT NOT EXISTS (SELECT 1 FROM suppressions WHERE space_id = ? AND digest IN (SELECT value FROM json_each(?)))",
  params: [ctx.space.id, JSON.stringify(digestsOf(ctx, identities))],
});

/** Those of these that are suppressed, as `kind:value`. */
export async function readSuppressed(ctx: Reader, identities: readonly Identity[]): Promise<ReadonlySet<string>> {
  if (identities.length === 0) return new Set();
  const digests = digestsOf(ctx, identities);
  const found = await ctx.db.data.all<{ digest: string }>(
    data("SELECT digest FROM suppressions WHERE space_id = ? AND digest IN (SELECT value FROM json_each(?))", ctx.space.id, JSON.stringify(digests)),
  );
  const known = new Set(found.map(({ digest }) => digest));
  return new Set(identities.filter((_, i) => known.has(digests[i] ?? "")).map(nameOf));
}

/** Throws `suppressed` (409) where one of these is. */
export function refuseSuppressed(identities: readonly Identity[], known: ReadonlySet<string>): void {
  const matched = identities.filter((one) => known.has(nameOf(one)));
  if (matched.length > 0) throw suppressed("The person was erased, and asked not to be kept again.", { matched_on: matched.map(({ kind, value }) => ({ kind, value })) });
}

/** Leaves behind what recognises these. */
export const suppress = (pepper: string, space: Space, identities: readonly Identity[], request: string, now: number): Statement<"data"> =>
  data(
    "INSERT OR IGNORE INTO suppressions (space_id, digest, request_id, created_at) SELECT ?1, value, ?2, ?3 FROM json_each(?4)",
    space.id, request, now, JSON.stringify(identities.filter(isReachable).map((one) => digestOf(pepper, space, one))),
  );

/** The erasure that an address or phone is suppressed by, or null. */
export const readSuppression = (ctx: Reader, identity: Identity): Promise<{ request_id: string } | null> =>
  ctx.db.data.first<{ request_id: string }>(data("SELECT request_id FROM suppressions WHERE space_id = ? AND digest = ?", ctx.space.id, digestOf(ctx.env.KEY_PEPPER, ctx.space, identity)));

export const isSuppressed = ({ env, space }: Pick<Reader, "env" | "space">, identity: Identity) => ({
  database: "data" as const,
  sql: "SELECT count(*) = 1 FROM suppressions WHERE space_id = ? AND digest = ?",
  params: [space.id, digestOf(env.KEY_PEPPER, space, identity)],
});

export const lift = ({ env, space }: Pick<Reader, "env" | "space">, identity: Identity): Statement<"data"> =>
  data("DELETE FROM suppressions WHERE space_id = ? AND digest = ?", space.id, digestOf(env.KEY_PEPPER, space, identity));
