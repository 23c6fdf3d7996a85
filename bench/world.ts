// Where the bench runs: an organization without throttling limits and keys to its locations, by the product's own verbs.
import type { Env } from "../src/env";
import * as fields from "../src/fields/fields";
import { fieldInput } from "../src/fields/schema";
import * as keys from "../src/keys/issue";
import * as orgs from "../src/orgs/orgs";
import { systemCtx } from "../src/platform/commit";
import type { Space } from "../src/platform/context";
import { newId } from "../src/platform/id";
import { databases } from "../src/platform/sql";
import { fill } from "./fill";

/** A key, the space that it reaches, and some of the contacts there. */
export interface Place {
  readonly org: string;
  readonly key: string;
  readonly keyId: string;
  readonly space: Space;
  readonly ids: readonly string[];
  readonly emails: readonly string[];
}
export type World = Place;

const UNTHROTTLED = JSON.stringify({ hour: 1_000_000, second: 1_000_000, burst: 1_000_000, inflight: 1_000 });
const ROWS = 1_000;

/** A new organization with one location, a key to it and 1,000 contacts. */
export async function found(env: Env): Promise<World> {
  const place = await settle(env);
  return { ...place, ...(await fill(env, { space: place.space, from: 0, count: ROWS })) };
}

/** A new organization with one empty location and a key to it. */
export async function settle(env: Env): Promise<Place> {
  const now = Date.now();
  const org = newId("organization", now);
  const ctx = () => ({ ...systemCtx(org, now), env, db: databases(env) });
  const { owner } = await orgs.found(ctx(), { name: "Bench", plan: "enterprise", apiEnabled: true, owner: { email: "bench@example.com", name: "Bench" } });
  await env.DB.prepare("UPDATE organizations SET limits = ? WHERE id = ?").bind(UNTHROTTLED, org).run();
  const location = await orgs.addLocation(ctx(), { name: "Bench", defaultCountry: "ES" });
  const space = await orgs.spaceOf(ctx(), org, location, "live");
  const { body } = await keys.issue(ctx(), { name: "Bench", kind: "location", environment: "live", locations: [location], scopes: ["contacts:*", "imports:write"], owner });
  if (!space || !body || !("secret" in body) || body.secret === null) throw new Error("no key");
  await fields.create({ ...ctx(), space, ifMatch: null, ifNoneMatch: null }, fieldInput.parse({ key: "seats", type: "integer" }));
  return { org, key: body.secret, keyId: body.id, space, ids: [], emails: [] };
}
