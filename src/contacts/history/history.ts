// Who changed what of a contact, and when: its events, newest first. And a way back to any of its versions.
import { registryOf } from "../../fields/registry";
import { rfc3339 } from "../../platform/clock";
import { commit } from "../../platform/commit";
import type { DataCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { sameJson } from "../../platform/json";
import { decodeCursor, pageOfRows, questionOf, type PageAsked } from "../../platform/page";
import { notFound } from "../../platform/problems";
import { look } from "../../platform/walk";
import { find, planUpdate } from "../contacts";
import type { Fields } from "../indexes";
import { documentOf } from "../render";
import type { Contact, ContactPatch, Document } from "../schema";
import { undoneTo } from "./past";
import type { ChangeJson } from "./schema";
import * as store from "./store";

export { changesWalk, type ChangeRow } from "./store";
export { change } from "./schema";

export interface HistoryAsked extends PageAsked {
  readonly field?: string | undefined;
}

/** A page of changes, of one field or of all. */
export async function list(ctx: DataCtx, id: string, { limit, cursor, field }: HistoryAsked) {
  const question = questionOf(["history", ctx.space.id, id, field ?? null]);
  const [before = null] = cursor === undefined ? [] : decodeCursor(cursor, question, ["number"]);
  await find(ctx, id);
  const filters = field === undefined ? [] : [{ sql: "EXISTS (SELECT 1 FROM json_each(changes) WHERE key = ?)", params: [field] }];
  const { rows, end } = await look<"data", store.ChangeRow>(ctx.db.data, store.changesWalk(ctx.org, id, filters, before === null ? null : Number(before)), limit + 1);
  return pageOfRows(question, limit, rows, ({ seq }) => [seq], (page) => page.map(changeJson), end);
}

export const changeJson = ({ id, type, occurred_at, version, changes, actor }: store.ChangeRow): ChangeJson => ({
  event: id, type, version, at: rfc3339(occurred_at), actor: JSON.parse(actor), changes: changes === null ? {} : JSON.parse(changes),
});

/** The data of an old version, as a change of the present one. Throws 404, and what a patch throws. */
export const restoreVersion = (ctx: DataCtx, id: string, version: number): Promise<Reply<Contact>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const { now, was } = await undoneTo(ctx, id, (event) => event.version <= version);
    if (was?.version !== version) throw notFound("The contact has no such version.");
    const { fields } = await registryOf(ctx, true);
    const plan = await planUpdate(ctx, now, patchTo(documentOf(was), documentOf(now), fields), "replace", attempt > 0);
    return { ...plan, events: plan.events.map((event) => (event.type === "contact.updated" ? { ...event, data: { restored_version: version } } : event)) };
  });

/** What makes `now` hold the data of `was`: what a patch may say. Values of fields that are no more stay away. */
function patchTo(was: Document, now: Document, fields: Fields): ContactPatch {
  const cleared = (before: object, after: object) => Object.fromEntries(Object.keys(before).flatMap((key) => (Object.hasOwn(after, key) ? [] : [[key, null]])));
  const custom = Object.entries(was.custom).filter(([key, value]) => fields.get(key)?.archived === false || sameJson(now.custom[key], value));
  const { first_name, last_name, company, job_title, addresses, birthday, language, timezone, urls, tags } = was;
  return {
    first_name, last_name, company, job_title, addresses, birthday, language, timezone, urls, tags,
    external_ids: { ...cleared(now.external_ids, was.external_ids), ...was.external_ids },
    emails: was.emails.map(({ value, label, primary }) => ({ value, label, primary })),
    phones: was.phones,
    custom: { ...cleared(now.custom, was.custom), ...Object.fromEntries(custom) },
  };
}
