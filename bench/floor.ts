// The floor: what the same D1 work, answered with the same contacts, costs in bare Hono, without keys, limits, validation
// or headers. No API that keeps its data there can be faster, so the product is measured as a multiple of it.
import { Hono } from "hono";
import { planChanges } from "../src/contacts/changes";
import { textOf } from "../src/contacts/render";
import * as store from "../src/contacts/store";
import type { Document } from "../src/contacts/schema";
import type { Env } from "../src/env";
import type { Guard } from "../src/platform/commit";
import { append } from "../src/platform/events";
import { newId, newRequestId } from "../src/platform/id";
import { data, type Statement } from "../src/platform/sql";
import { allThere } from "../src/tags/store";
import type { World } from "./world";

export const floor = new Hono<{ Bindings: Env }>();

let world: World | undefined;

/** Where the floor finds what the product's key would tell. */
export function home(place: World): void {
  world = place;
}

function here(): World {
  if (!world) throw new Error("no world yet");
  return world;
}

floor.get("/floor/contacts/:id", async (c) => {
  const row = await read(c.env, c.req.param("id"));
  return row ? json(200, textOf(row)) : json(404, "null");
});

floor.get("/floor/contacts", async (c) => {
  const { org, space } = here();
  const limit = Number(c.req.query("limit"));
  const [rows] = await c.env.DATA.batch<store.ContactRow>([
    prepare(
      c.env,
      data(
        `SELECT ${store.COLUMNS} FROM contacts AS c INDEXED BY contacts_live WHERE (archived_at IS NULL AND space_id = ?) ORDER BY rid ASC LIMIT ?`,
        space.id,
        limit + 1,
      ),
    ),
    prepare(c.env, data("SELECT (SELECT seq FROM event_counters WHERE org_id = ?) AS seq, (SELECT revision FROM spaces WHERE space_id = ?) AS revision, 0 AS matches", org, space.id)),
  ]);
  const page = rows?.results.slice(0, limit) ?? [];
  return json(200, `{"data":[${page.map(textOf).join(",")}],"page":{"next_cursor":null,"limit":${limit}}}`);
});

floor.post("/floor/contacts", async (c) => {
  const doc: Document = await c.req.json();
  const { space } = here();
  const now = Date.now();
  const row = { id: newId("contact", now), version: 1, doc: JSON.stringify(doc), created_at: now, updated_at: now, archived_at: null, merged_into: null };
  const plan = planChanges(space, NO_FIELDS, [{ before: null, after: { row, doc }, events: [] }]);
  await carryOut(c.env, now, { type: "contact.created", subject: row.id, version: 1 }, doc, [...plan.guards, allThere(space, doc.tags)], plan.writes);
  return json(201, textOf(row));
});

floor.patch("/floor/contacts/:id", async (c) => {
  const patch: Partial<Document> = await c.req.json();
  const before = await read(c.env, c.req.param("id"));
  if (!before) return json(404, "null");
  const now = Date.now();
  const was: Document = JSON.parse(before.doc);
  const doc: Document = { ...was, ...patch };
  const row = { ...before, version: before.version + 1, doc: JSON.stringify(doc), updated_at: now };
  const plan = planChanges(here().space, NO_FIELDS, [{ before: { row: before, doc: was }, after: { row, doc }, events: [] }]);
  await carryOut(c.env, now, { type: "contact.updated", subject: row.id, version: row.version }, patch, [...plan.guards, store.unrestricted(here().space, [row.id])], plan.writes);
  return json(200, textOf(row));
});

const NO_FIELDS = { revision: 0, fields: new Map() };

const read = (env: Env, id: string): Promise<store.ContactRow | null> =>
  prepare(env, data(`SELECT ${store.COLUMNS} FROM contacts WHERE id = ? AND space_id = ?`, id, here().space.id)).first<store.ContactRow>();

interface What {
  readonly type: string;
  readonly subject: string;
  readonly version: number;
}

async function carryOut(env: Env, now: number, what: What, members: Partial<Document>, guards: readonly Guard<"data">[], writes: readonly Statement<"data">[]): Promise<void> {
  const { org, keyId, space, key } = here();
  const changes = Object.fromEntries(Object.entries(members).map(([name, to]) => [name, { from: null, to }]));
  const source = { org, actor: { type: "key" as const, id: keyId, last4: key.slice(-4) } };
  const draft = { ...what, changes, location: space.location, environment: space.environment, space: space.id };
  const log = append({ now, trueNow: now, requestId: newRequestId(), ip: null }, "data", source, [draft]);
  const held = guards.map(({ sql, params }) => data(`INSERT INTO guard (name, holds) SELECT 'guard', coalesce((${sql}), 0)`, ...params));
  await env.DATA.batch([...held, ...writes, ...log.statements].map((one) => prepare(env, one)));
}

const prepare = (env: Env, { sql, params }: Statement<"data">): D1PreparedStatement => env.DATA.prepare(sql).bind(...params);

const json = (status: number, text: string): Response => new Response(text, { status, headers: { "Content-Type": "application/json" } });
