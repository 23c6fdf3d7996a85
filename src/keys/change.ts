// Changing one key: read, decided, written with its event, and made effective at its gate before the answer.
import { raiseKeys } from "../limits/store";
import { effectively, tell } from "../limits/switches";
import { commit, type Plan } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { diff } from "../platform/events";
import { sameJson } from "../platform/json";
import { notFound } from "../platform/problems";
import type { Statement } from "../platform/sql";
import { keyEnded, keyUnclaimed } from "./problems";
import { keyOf, logged } from "./render";
import type { Key } from "./schema";
import * as store from "./store";

export interface Change {
  readonly after: store.ListedKeyRow;
  /** Of the event. */
  readonly type: string;
  /** What the event tells beside the changes; then it is one even where the key's own members stay. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly writes?: readonly Statement<"control">[];
}

/** What of a body bears a secret, how it comes in, and whether the answer waits for the key's gate. */
export interface Shape<Body> {
  readonly body: (key: Key) => Body;
  readonly withhold: readonly string[];
  /** Nothing is taken from anybody: the sweep may tell the gate as well. */
  readonly lenient: boolean;
}

/** Throws `key_ended`, `key_unclaimed` (409) for a key that can't be changed. */
export function checkLiving(row: store.KeyRow): void {
  if (store.ENDED.has(row.status)) throw keyEnded(`The key is ${row.status}.`, { key_status: row.status });
  if (row.status === "unclaimed") throw keyUnclaimed("The key has not been claimed yet.");
}

/** Carries out what `decide` makes of a key. */
export function change(ctx: OrgCtx, id: string, decide: (before: store.ListedKeyRow) => Promise<Change>): Promise<Reply<Key>>;
export function change<Body extends Key>(
  ctx: OrgCtx,
  id: string,
  decide: (before: store.ListedKeyRow) => Promise<Change>,
  shape: Shape<Body>,
): Promise<Reply<Body>>;
export function change(
  ctx: OrgCtx,
  id: string,
  decide: (before: store.ListedKeyRow) => Promise<Change>,
  { body, withhold, lenient }: Shape<Key> = { body: (key) => key, withhold: [], lenient: false },
): Promise<Reply<Key>> {
  const reply = (row: store.ListedKeyRow): Reply<Key> => ({ status: 200, headers: { ETag: etag(row.version) }, body: body(keyOf(row)) });
  const plan = async (): Promise<Plan<"control", Key>> => {
    const before = await store.readKey(ctx, id);
    if (!before) throw notFound("No such key.");
    checkIfMatch(ctx, before.version);
    const { after, type, data, writes = [] } = await decide(before);
    const changes = diff(logged(before), logged(after), sameJson);
    if (Object.keys(changes).length === 0 && !data) return { reply: reply(before), writes: [], events: [] };
    const next = { ...after, version: before.version + 1, updated_at: ctx.now };
    return {
      reply: reply(next),
      withhold,
      guards: [
        { database: "control", sql: "SELECT version = ? FROM keys WHERE id = ?", params: [before.version, id] },
        ...(after.owner_id === before.owner_id ? [] : [store.isMember(ctx.org, after.owner_id)]),
      ],
      writes: [store.updateKey(next), ...writes, ...raiseKeys([id], ctx.trueNow)],
      events: [{ type, subject: id, version: next.version, environment: before.environment, location: before.location_id, changes, ...(data ? { data } : {}) }],
    };
  };
  const done = () => commit(ctx, ctx.db.control, plan);
  if (!lenient) return effectively(ctx, done, { keys: [id] });
  return done().finally(() => ctx.defer(tell(ctx.env, ctx.db, { keys: [id] })));
}
