// Locations: made, read and changed. Another default country is true for every key before the answer.
import { raiseOrganization } from "../limits/store";
import { effectively } from "../limits/switches";
import { rfc3339 } from "../platform/clock";
import { commit, type CommitCtx, type Plan } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { diff } from "../platform/events";
import { newId } from "../platform/id";
import { sameJson } from "../platform/json";
import { pageById, questionOf, type PageAsked } from "../platform/page";
import { notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import { checkWhole } from "./authority";
import { READ_ONLY, type Location, type LocationInput, type LocationPatch } from "./location-schema";
import * as store from "./location-store";
import { reaches } from "./reach";

/** A new location, whoever may make one; answers its id. */
export async function addLocation(ctx: CommitCtx & Pick<OrgCtx, "db">, facts: { name: string; defaultCountry: string }): Promise<string> {
  const { body } = await add(ctx, { name: facts.name, default_country: facts.defaultCountry });
  if (!body || !("id" in body)) throw new Error("a location without an id");
  return body.id;
}

export async function create(ctx: OrgCtx, input: LocationInput): Promise<Reply<Location>> {
  checkWhole(ctx);
  return add(ctx, input);
}

const add = (ctx: CommitCtx & Pick<OrgCtx, "db">, input: LocationInput): Promise<Reply<Location>> =>
  commit(ctx, ctx.db.control, async () => {
    const row: store.NewLocationRow = { id: newId("location", ctx.now), org_id: ctx.org, ...input, version: 1, created_at: ctx.now, updated_at: ctx.now };
    return {
      reply: { status: 201, headers: { ETag: etag(1), Location: `/v1/locations/${row.id}` }, body: locationOf(row) },
      writes: store.insertLocation(row),
      events: [{ type: "location.created", subject: row.id, version: 1, location: row.id, changes: diff({}, logged(row), sameJson) }],
    };
  });

export async function read(ctx: OrgCtx, id: string): Promise<Reply<Location>> {
  const row = reaches(ctx.principal, id) ? await store.readLocation(ctx.db.control, ctx.org, id) : null;
  if (!row) throw notFound("No such location.");
  return reply(row);
}

/** The locations that the caller reaches, in the order of their creation. */
export function list({ principal, db, org }: OrgCtx, page: PageAsked) {
  const within = principal.space ? [principal.space.location] : principal.locations;
  return pageById(questionOf(["locations", within]), page, (after, limit) => store.listLocations(db.control, org, within, after, limit), locationOf);
}

/** Merge-patches a location. Throws `not_yet_effective` (503) while a gate could not be told. */
export function update(ctx: OrgCtx, id: string, patch: LocationPatch): Promise<Reply<Location>> {
  checkWhole(ctx);
  const change = async (): Promise<Plan<"control", Location>> => {
    const before = await store.readLocation(ctx.db.control, ctx.org, id);
    if (!before) throw notFound("No such location.");
    checkIfMatch(ctx, before.version);
    checkReadOnly(patch, locationOf(before), READ_ONLY);
    const after = { ...before, name: patch.name ?? before.name, default_country: patch.default_country ?? before.default_country, version: before.version + 1, updated_at: ctx.now };
    const changes = diff(logged(before), logged(after), sameJson);
    if (Object.keys(changes).length === 0) return { reply: reply(before), writes: [], events: [] };
    return {
      reply: reply(after),
      guards: [{ database: "control", sql: "SELECT version = ? FROM locations WHERE id = ?", params: [before.version, id] }],
      // Keys bear the spaces that they reach, with their country, as long as their epoch holds.
      writes: [store.updateLocation(after), ...("default_country" in changes ? raiseOrganization(ctx.org, ctx.now) : [])],
      events: [{ type: "location.updated", subject: id, version: after.version, location: id, changes }],
    };
  };
  return effectively(ctx, () => commit(ctx, ctx.db.control, change));
}

const logged = (row: store.NewLocationRow) => ({ name: row.name, default_country: row.default_country });

const locationOf = (row: store.NewLocationRow): Location => ({
  id: row.id,
  ...logged(row),
  version: row.version,
  created_at: rfc3339(row.created_at),
  updated_at: rfc3339(row.updated_at),
});

const reply = (row: store.LocationRow): Reply<Location> => ({ status: 200, headers: { ETag: etag(row.version) }, body: locationOf(row) });
