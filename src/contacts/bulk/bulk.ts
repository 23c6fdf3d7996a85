// The same change of every contact that a filter finds, as a job: slice by slice in the order of creation, each contact
// with its version and its event. One that comes to match behind the walk is not reached.
import * as z from "zod";
import { judged, registryOf } from "../../fields/registry";
import { start } from "../../jobs/jobs";
import { jobKind, type Counts, type Slice, type SliceCtx } from "../../jobs/kind";
import type { Job } from "../../jobs/schema";
import { find as findList } from "../../lists/lists";
import { isThere } from "../../lists/store";
import type { SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { Problem } from "../../platform/problem";
import { invalid } from "../../platform/problems";
import type { Scope } from "../../platform/scopes";
import { work, type Task } from "../batch/work";
import type { Kept } from "../changes";
import { kept, planned } from "../contacts";
import { redrafted, type Changed } from "../drafts";
import { identitiesOf } from "../indexes";
import { filter } from "../search/filter";
import { groupsIn, groupsOf, type Group } from "../search/groups";
import { countAll, following } from "../search/all";
import { readHolders, readRestricted } from "../store";
import { action, countMismatch, type Bulk, type BulkAction } from "./schema";

const NEEDS: Readonly<Partial<Record<BulkAction["type"], Scope>>> = { delete: "contacts:delete", add_to_list: "lists:write", remove_from_list: "lists:write" };

/** Throws `count_mismatch` (409), 404 for a list that there is not, 422 for a filter or patch that can't be. */
export async function run(ctx: SpaceCtx, { filter: asked, action: wanted, expected_count }: Bulk): Promise<Reply<Job>> {
  const { groups } = await judged(ctx, false, (registry) => groupsIn(ctx, { sought: { filter: asked, terms: [] } }, registry, invalid));
  if ("list_id" in wanted) await findList(ctx, wanted.list_id);
  const count = await countAll(ctx, groups);
  if (expected_count !== undefined && expected_count !== count) throw countMismatch(`The filter finds ${count} contacts.`, { count });
  return start(ctx, bulkKind, { filter: asked, action: wanted, now: ctx.now }, count);
}

const input = z.object({ filter, action, /** What `within_last` counts back from. */ now: z.int() });

export const bulkKind = jobKind({
  kind: "contacts.bulk",
  input,
  cursor: z.int(),
  most: 500,
  scopes: ({ action: { type } }) => ["contacts:read", "contacts:write", ...(NEEDS[type] === undefined ? [] : [NEEDS[type]])],
  async slice(ctx, { input: { filter: asked, action: wanted, now }, cursor }, limit): Promise<Slice<number>> {
    const registry = await registryOf(ctx, true);
    const groups = groupsOf({ filter: asked, terms: [] }, { fields: registry.fields, country: ctx.space.defaultCountry, now });
    if (!isCompiled(groups)) throw invalid(groups);
    const { rows, after, done } = await following(ctx, groups, cursor ?? 0, limit);
    const { changes, counts } = await actedOn(ctx, wanted, rows.map(kept));
    const plan = await planned(ctx, changes, true);
    const guards = "list_id" in wanted && wanted.type === "add_to_list" ? [isThere(ctx.space, wanted.list_id)] : [];
    return { plan: { ...plan, guards: [...plan.guards, ...guards] }, cursor: after, counts, done };
  },
  async passOver(ctx, { input: { filter: asked, now }, cursor }, why): Promise<Slice<number>> {
    const groups = groupsOf({ filter: asked, terms: [] }, { fields: (await registryOf(ctx, true)).fields, country: ctx.space.defaultCountry, now });
    if (!isCompiled(groups)) {
      // A field that is being converted can be asked for again later: the job waits for that.
      if (groups.some((fault) => "code" in fault && fault.code === "field_converting")) throw why;
      return { plan: { writes: [], events: [] }, cursor, counts: {}, done: true };
    }
    const { rows, after, done } = await following(ctx, groups, cursor ?? 0, 1);
    return { plan: { writes: [], events: [] }, cursor: after, counts: { failed: rows.length }, done };
  },
});

const isCompiled = (groups: readonly Group[] | readonly object[]): groups is readonly Group[] => groups.every((group) => "holds" in group);

async function actedOn(ctx: SliceCtx, wanted: BulkAction, contacts: readonly Kept[]): Promise<{ changes: readonly Changed[] | ReturnType<typeof work>["changes"]; counts: Counts }> {
  if (wanted.type === "add_to_list" || wanted.type === "remove_from_list") {
    const changes = contacts.flatMap((contact) => listed(ctx, contact, wanted.list_id, wanted.type === "add_to_list") ?? []);
    return { changes, counts: { updated: changes.length, unchanged: contacts.length - changes.length } };
  }
  const registry = await registryOf(ctx);
  const tasks = contacts.map((contact, index): Task => ({ index, op: wanted.type, contact, ifVersion: undefined, data: "data" in wanted ? wanted.data : "tags" in wanted ? { tags: wanted.tags } : {} }));
  const identities = wanted.type === "restore" ? contacts.flatMap(({ doc }) => identitiesOf(doc, registry.fields)) : [];
  const { changes, outcomes } = work(ctx, registry, tasks, identities.length === 0 ? [] : await readHolders(ctx, identities, 20_000), { restricted: await readRestricted(ctx, contacts.map(({ row }) => row.id)) });
  const counts: Record<string, number> = {};
  for (const outcome of outcomes.values()) {
    const name = outcome instanceof Problem ? "failed" : outcome.action;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return { changes, counts };
}

/** The contact in a list, or off it; null: it is so already. */
export function listed(ctx: Pick<SpaceCtx, "now" | "actor" | "space">, contact: Kept, list: string, isIn: boolean): Changed | null {
  const { lists } = contact.doc;
  if (lists.includes(list) === isIn) return null;
  return redrafted(ctx, contact, { ...contact.doc, lists: isIn ? [...lists, list] : lists.filter((one) => one !== list) }, "contact.updated");
}
