// Engagement: what became of mails, recorded once each and set-wise. What it says of an address and of consent changes the
// contact and the ledger in the same transaction.
import { MAX_MATTERS, told } from "../consents/consents";
import { recorded, type Entry } from "../consents/ledger";
import { planChanges, type Kept } from "../contacts/changes";
import { kept } from "../contacts/contacts";
import { eventOf, redrafted } from "../contacts/drafts";
import { registryOf } from "../fields/registry";
import { missing } from "../orgs/reach";
import { MINUTE, rfc3339 } from "../platform/clock";
import { commit } from "../platform/commit";
import type { SpaceCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { newId } from "../platform/id";
import { TYPES, type EngagementJson, type Item, type Read, type Result } from "./engagement-schema";
import * as store from "./engagement-store";
import { entriesOf, scopesFor, stateBy, withStates } from "./impact";
import { stillThere } from "./store";

/** One result per item, in order. What changes while it is planned makes it be planned anew. */
export const record = (ctx: SpaceCtx, items: readonly Read[]): Promise<Reply<{ data: Result[] }>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const { results, touched } = await decided(ctx, items.map((read) => permitted(ctx, read)));
    const moving = touched.flatMap(({ before, taken, entries }) => (before ? [{ before, entries, items: taken.map(({ item }) => item) }] : []));
    const ledger = await recorded(ctx, moving);
    const changes = moving.flatMap(({ before, items: taken }, i) => {
      const { doc = before.doc, rows = [] } = ledger.outcomes[i] ?? {};
      const change = redrafted(ctx, before, withStates(doc, taken), doc === before.doc ? "contact.updated" : "contact.consent_changed");
      return change ? [withEntries(change, rows)] : [];
    });
    const plan = planChanges(ctx.space, await registryOf(ctx, attempt > 0), changes);
    const versions = new Map(changes.map(({ after: { row } }) => [row.id, row.version]));
    return {
      reply: { status: 200, body: { data: results } },
      guards: touched.length === 0 ? [] : [stillThere(ctx.space, touched.map(({ holder }) => holder.rid)), ...ledger.guards, ...plan.guards],
      writes: touched.length === 0 ? [] : [...plan.writes, ...ledger.writes, ...store.insertEngagements(ctx.space, touched.flatMap((one) => one.taken.map((taken) => rowOf(ctx, one.holder.rid, taken))))],
      events: [...plan.events, ...touched.map((one) => recordedEvent(ctx, one, versions))],
    };
  });

interface Taken {
  readonly item: Item;
  readonly at: number;
}

/** A contact, with what is recorded of it and, where that may change it, what it is now. */
interface Touched {
  readonly holder: store.Holder;
  readonly before: Kept | null;
  readonly taken: Taken[];
  readonly entries: Entry[];
}

/** Clocks differ: so far ahead a time counts as now. */
const AHEAD_MS = 5 * MINUTE;

function permitted(ctx: SpaceCtx, read: Read): Read {
  if (read.item === null) return read;
  const lacking = scopesFor(read.item).find((scope) => missing(ctx.principal, scope) !== null);
  if (lacking) return failed("/type", "insufficient_scope", `this needs \`${lacking}\``);
  return read.item.at > ctx.now + AHEAD_MS ? failed("/at", "in_the_future", "a time that has not come yet") : read;
}

const failed = (pointer: string, code: string, message: string): Read => ({ item: null, faults: [{ pointer, code, message }] });

async function decided(ctx: SpaceCtx, reads: readonly Read[]): Promise<{ results: Result[]; touched: Touched[] }> {
  const items = reads.flatMap(({ item }) => item ?? []);
  const addresses = new Map(items.map(({ email }) => [email, false]));
  const mayChange = missing(ctx.principal, "contacts:write") === null;
  for (const item of items) if (mayChange && stateBy(item) !== null) addresses.set(item.email, true);
  const { holders, known } = await store.readFacts(ctx, addresses, items.map(({ dedupe_id }) => dedupe_id));
  const byEmail = new Map(holders.map((holder) => [holder.email, holder]));
  const docs = new Map(holders.flatMap(({ doc, ...row }) => (doc === null ? [] : [[row.rid, kept({ ...row, doc })]])));
  const touched = new Map<number, Touched>();
  const seen = new Set(known);
  const results = reads.map(({ item, faults }): Result => {
    if (item === null) return invalidResult(faults);
    if (seen.has(item.dedupe_id)) return { status: "duplicate", contact: null };
    const holder = byEmail.get(item.email);
    if (!holder) return { status: "no_contact", contact: null };
    const one = touched.get(holder.rid) ?? { holder, before: docs.get(holder.rid) ?? null, taken: [], entries: [] };
    const at = Math.min(item.at, ctx.now);
    const entries = one.before ? entriesOf(item, at, one.before.doc) : [];
    if (one.before && mattersOf(one.before, [...one.entries, ...entries]) > Math.max(MAX_MATTERS, mattersOf(one.before, one.entries))) return invalidResult([{ pointer: "/topic", code: "too_many", message: `a contact has at most ${MAX_MATTERS} topics in all channels` }]);
    seen.add(item.dedupe_id);
    touched.set(holder.rid, one);
    one.taken.push({ item, at });
    one.entries.push(...entries);
    return { status: "recorded", contact: holder.id };
  });
  return { results, touched: [...touched.values()] };
}

const invalidResult = (faults: readonly { pointer?: string; code: string; message: string }[]): Result => ({
  status: "invalid", contact: null, errors: faults.map(({ pointer = "", code, message }) => ({ pointer, code, message })),
});

function mattersOf({ doc }: Kept, entries: readonly Entry[]): number {
  const there = Object.entries(doc.consent).flatMap(([channel, topics]) => Object.keys(topics).map((topic) => `${channel}:${topic}`));
  return new Set([...there, ...entries.map(({ channel, topic }) => `${channel}:${topic}`)]).size;
}

const withEntries = (change: NonNullable<ReturnType<typeof redrafted>>, rows: readonly Parameters<typeof told>[0][]) => ({
  ...change, events: change.events.map((event) => (rows.length === 0 ? event : { ...event, data: { entries: rows.map(told) } })),
});

/** Apple's Mail Privacy Protection opens everything, and calls itself no more than this. */
const isMachine = ({ type, machine_open, user_agent }: Item): boolean => type === "email.opened" && (machine_open ?? user_agent?.trim() === "Mozilla/5.0");

const rowOf = ({ now }: SpaceCtx, rid: number, { item, at }: Taken): store.EngagementRow => ({
  contact_rid: rid, at, id: newId("engagement", now), dedupe_id: item.dedupe_id, type: item.type, email: item.email, campaign: item.campaign ?? null,
  topic: item.topic ?? null, bounce: item.bounce ?? null, machine: isMachine(item) ? 1 : 0, recorded_at: now,
});

/** One per contact and call: so it stands with its contact wherever events are read by contact. */
function recordedEvent(ctx: SpaceCtx, { holder: { id, version }, taken }: Touched, versions: ReadonlyMap<string, number>) {
  const items = taken.map(({ item, at }) => ({
    type: item.type, campaign: item.campaign ?? null, at: rfc3339(at), ...(item.bounce ? { bounce: item.bounce } : {}), ...(isMachine(item) ? { machine_open: true } : {}),
  }));
  return { ...eventOf(ctx, "engagement.recorded", { id, version: versions.get(id) ?? version }, {}), data: { items } };
}

export const engagementJson = ({ id, type, email, campaign, topic, bounce, machine, at, recorded_at }: store.EngagementRow): EngagementJson => ({
  id, type: TYPES.find((one) => one === type) ?? "email.delivered", email, campaign, topic,
  bounce: bounce === "hard" || bounce === "soft" ? bounce : null, machine_open: machine === 1, at: rfc3339(at), recorded_at: rfc3339(recorded_at),
});
