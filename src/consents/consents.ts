// Consent: an append-only ledger per contact. What follows from it stands in the contact, changed in the same transaction.
import { find, kept } from "../contacts/contacts";
import { planChanges } from "../contacts/changes";
import { eventOf, redrafted } from "../contacts/drafts";
import type { Document } from "../contacts/schema";
import { registryOf } from "../fields/registry";
import { rfc3339 } from "../platform/clock";
import { commit } from "../platform/commit";
import { checkIfMatch } from "../platform/conditions";
import type { DataCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { decodeCursor, pageOfRows, questionOf, type PageAsked } from "../platform/page";
import { invalid } from "../platform/problems";
import { look } from "../platform/walk";
import { recorded, stateOf, type Entry } from "./ledger";
import { LEGAL_BASES, type ConsentInput, type ConsentJson, type RecordedConsent } from "./schema";
import * as store from "./store";

/** Channels × topics of one contact. */
export const MAX_MATTERS = 100;

/** Adds an entry. The contact changes (one version, `contact.consent_changed`) iff what holds does; else `consent.recorded` tells of it. */
export const record = (ctx: DataCtx, contact: string, input: ConsentInput): Promise<Reply<RecordedConsent>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const before = kept(await find(ctx, contact));
    checkIfMatch(ctx, before.row.version);
    const entry = entryOf(ctx, input);
    const { guards, writes, outcomes: [outcome] } = await recorded(ctx, [{ before, entries: [entry] }]);
    const [row] = outcome?.rows ?? [];
    if (!outcome || !row) throw new Error("an entry without its row");
    const matters = mattersOf(outcome.doc);
    // Contacts that were merged may have more of them, and a withdrawal always counts.
    if (matters > MAX_MATTERS && matters > mattersOf(before.doc)) throw invalid([{ pointer: "/topic", code: "too_many", message: `a contact has at most ${MAX_MATTERS} topics in all channels` }]);
    const change = redrafted(ctx, before, outcome.doc, "contact.consent_changed");
    const plan = change ? planChanges(ctx.space, await registryOf(ctx, attempt > 0), [change]) : { guards: [], writes: [], events: [eventOf(ctx, "consent.recorded", before.row, {})] };
    return {
      reply: { status: 201, body: { ...consentJson(row), effective: stateOf(outcome.doc, entry) ?? entry.state } },
      guards: [...guards, ...plan.guards],
      writes: [...plan.writes, ...writes],
      events: plan.events.map((event) => ({ ...event, data: { entries: [told(row)] } })),
    };
  });

const mattersOf = ({ consent }: Document): number => Object.values(consent).reduce((sum, topics) => sum + Object.keys(topics).length, 0);

/** Throws 422 for a time to come. */
function entryOf({ now }: DataCtx, { channel, topic, state, legal_basis = null, source, proof = null, at = now }: ConsentInput): Entry {
  if (at > now) throw invalid([{ pointer: "/at", code: "in_the_future", message: "a time that has not come yet" }]);
  return { channel, topic, state, legal_basis, source, proof, at };
}

/** What an event tells of an entry: all but the proof. */
export const told = ({ id, channel, topic, state, legal_basis, source, at }: store.ConsentRow) => ({ consent: id, channel, topic, state, legal_basis, source, at: rfc3339(at) });

export interface LedgerAsked extends PageAsked {
  readonly channel?: string | undefined;
  readonly topic?: string | undefined;
}

/** The entries of a contact, newest first. */
export async function list(ctx: DataCtx, contact: string, { limit, cursor, ...filter }: LedgerAsked) {
  const question = questionOf(["consents", ctx.space.id, contact, filter]);
  const after = cursor === undefined ? null : decodeCursor(cursor, question, ["number", "string"]);
  const { rid } = await find(ctx, contact);
  const { rows, end } = await look<"data", store.ConsentRow>(ctx.db.data, store.walkOf(ctx.space, rid, filter, after), limit + 1);
  return pageOfRows(question, limit, rows, ({ at, id }) => [at, id], (page) => page.map(consentJson), end);
}

export const consentJson = ({ id, channel, topic, state, legal_basis, source, proof, at, recorded_at, actor }: store.ConsentRow): ConsentJson => ({
  id, channel, topic, state, legal_basis: LEGAL_BASES.find((basis) => basis === legal_basis) ?? null, source, proof, at: rfc3339(at), recorded_at: rfc3339(recorded_at), actor: JSON.parse(actor),
});
