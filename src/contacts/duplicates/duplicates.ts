// Contacts that are likely one and the same: groups that share a likeness, each with how sure that is and why. Pairs that
// somebody has marked as different people are not told again.
import { commit } from "../../platform/commit";
import type { DataCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { decodeCursor, encodeCursor, questionOf, type PageAsked } from "../../platform/page";
import { invalid } from "../../platform/problems";
import { eventOf } from "../drafts";
import { foldedOf, startOf } from "../indexes";
import { likenessesOf, WEIGHTS, type Reason } from "../likeness";
import { contactOf, documentOf } from "../render";
import { readContacts, type ContactRow } from "../store";
import type { DuplicateGroup, NotDuplicates } from "./schema";
import * as store from "./store";

/** Likenesses that a call looks at, and contacts of one group that it tells. */
const LOOKED_AT = 20_000;
const MAX_GROUP = 20;

/** A page of groups; one that has been told under a smaller likeness is not told again. */
export async function list(ctx: DataCtx, { limit, cursor }: PageAsked) {
  const question = questionOf(["duplicates", ctx.space.id]);
  const [after = ""] = cursor === undefined ? [] : decodeCursor(cursor, question, ["string"]);
  const { shared, end } = await store.readShared(ctx, String(after), LOOKED_AT, limit);
  const alike = shared.length === 0 ? [] : await store.readAlike(ctx, shared.map(({ value }) => value), MAX_GROUP);
  const marks = alike.length === 0 ? [] : await store.readMarks(ctx, [...new Set(alike.map(({ id }) => id))]);
  const marked = new Set(marks.map(({ a, b }) => `${a} ${b}`));
  const byLikeness = Map.groupBy(alike, ({ likeness }) => likeness);
  const groups = shared.flatMap(({ value, n }) => groupOf(value, n, byLikeness.get(value) ?? [], marked) ?? []);
  const place = shared.length === limit ? shared.at(-1)?.value : end;
  return { status: 200, body: { data: groups, page: { next_cursor: place === null || place === undefined ? null : encodeCursor(question, [place]), limit } } };
}

function groupOf(likeness: string, size: number, rows: readonly ContactRow[], marked: ReadonlySet<string>): DuplicateGroup | null {
  const members = rows.map((row) => ({ row, likenesses: startsOf(row) }));
  const alike = members.filter(({ row }) => members.some((other) => other.row.id !== row.id && !marked.has(pairOf(row.id, other.row.id))));
  const [first] = alike;
  if (!first || alike.length < 2) return null;
  const common = [...first.likenesses].filter(([one]) => alike.every(({ likenesses }) => likenesses.has(one))).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (common[0]?.[0] !== likeness) return null;
  const reasons = [...new Set(common.map(([, reason]) => reason))];
  return { score: scoreOf(reasons), reasons, size, contacts: alike.map(({ row }) => contactOf(row)) };
}

/** As the index has them. */
const startsOf = (row: ContactRow): ReadonlyMap<string, Reason> => {
  const doc = documentOf(row);
  return new Map([...likenessesOf(doc, foldedOf(doc, new Map()))].map(([likeness, reason]) => [startOf(likeness), reason]));
};

const scoreOf = (reasons: readonly Reason[]): number => Math.round((1 - reasons.reduce((doubt, reason) => doubt * (1 - WEIGHTS[reason]), 1)) * 100) / 100;

const pairOf = (one: string, other: string): string => (one < other ? `${one} ${other}` : `${other} ${one}`);

/** Marks all pairs of these as different people. Throws 422 for ids that there are not. */
export const dismiss = (ctx: DataCtx, { contact_ids }: NotDuplicates): Promise<Reply<never>> =>
  commit(ctx, ctx.db.data, async () => {
    const ids = [...new Set(contact_ids)].toSorted();
    const known = new Map((await readContacts(ctx, ids)).map((row) => [row.id, row]));
    const faults = contact_ids.flatMap((id, i) => (known.has(id) ? [] : [{ pointer: `/contact_ids/${i}`, code: "not_found", message: "no such contact" }]));
    if (ids.length < 2) faults.push({ pointer: "/contact_ids", code: "too_few", message: "at least two contacts" });
    if (faults.length > 0) throw invalid(faults);
    const pairs = ids.flatMap((a, i) => ids.slice(i + 1).map((b) => ({ a, b })));
    const [first = ""] = ids;
    const event = eventOf(ctx, "contact.not_duplicate", { id: first, version: known.get(first)?.version ?? 1 }, {});
    return { reply: { status: 204 }, writes: [store.insertMarks(ctx.space, pairs, ctx.now)], events: [{ ...event, data: { contacts: ids } }] };
  });
