// Whether who started a job still may do it: asked of the database before each slice, never of a cache, because no gate
// stands before what a job does.
import type { Asker } from "../jobs/drive";
import { memberScopes } from "../orgs/standing";
import { reaches } from "../orgs/reach";
import type { Database, Databases } from "../platform/sql";
import { principalOf } from "./principals";
import { readById } from "./store";

/** What the product does by itself always may. */
export async function standing({ control }: Databases, asker: Asker, now: number): Promise<boolean> {
  const { actor, org, scopes } = asker;
  if (actor.type === "system") return true;
  const has = actor.type === "key" ? await keyScopes(control, asker, now) : await memberScopes(control, org, actor.id);
  return scopes.every((scope) => has.includes(scope));
}

/** Nothing, for a key that works no more, or not there. */
async function keyScopes(control: Database<"control">, { actor, org, environment, location }: Asker, now: number): Promise<readonly string[]> {
  const row = await readById(control, org, actor.id);
  if (!row) return [];
  const key = principalOf(row.digest, row);
  const works = key.status === "active" && (key.expiresAt === null || key.expiresAt > now + key.aheadMs) && (environment === "sandbox" || key.apiEnabled);
  return works && key.environment === environment && (location === null || reaches(key, location)) ? key.effective : [];
}
