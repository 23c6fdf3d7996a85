// Requests that people have by law: received, answered in time or refused with a reason. What they are about is told by
// the data as it is; what the log keeps of them names nobody.
import { isSuppressed, lift, readSuppression } from "../contacts/suppressions";
import { rfc3339 } from "../platform/clock";
import { commit, type Plan } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { DataCtx, SpaceCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { newId } from "../platform/id";
import { decodeCursor, pageOfRows, questionOf, type PageAsked } from "../platform/page";
import { invalid, notFound } from "../platform/problems";
import { look } from "../platform/walk";
import { documentOf } from "./document";
import { dueAt } from "./due";
import { begin, goOn } from "./erasure";
import { eventOf } from "./events";
import { alreadyExtended, privacyRequestClosed, type AddressIn, type PersonalData, type PrivacyRequest, type PrivacyRequestInput } from "./schema";
import * as store from "./store";
import { addressIn, contactsOf, digestOf, subjectIn, subjectJson, subjectOf } from "./subject";

type Row = store.PrivacyRequestRow;

/** Throws 422. */
export function create(ctx: SpaceCtx, { type, subject: sent, regulation, received_at: received = ctx.now, note, suppress }: PrivacyRequestInput): Promise<Reply<PrivacyRequest>> {
  if (received > ctx.now) throw invalid([{ pointer: "/received_at", code: "in_the_future", message: "can't lie in the future" }]);
  if (suppress && type !== "erasure") throw invalid([{ pointer: "/suppress", code: "not_of_this_type", message: "only an erasure can suppress" }]);
  const subject = subjectIn(ctx.space, sent);
  return commit(ctx, ctx.db.data, async (): Promise<Plan<"data", PrivacyRequest>> => {
    const row: Row = {
      id: newId("privacyRequest", ctx.now), space_id: ctx.space.id, type, status: "received", regulation, subject: JSON.stringify(subject),
      subject_digest: digestOf(ctx.env.KEY_PEPPER, ctx.space, subject), note, suppress: suppress ? 1 : 0, received_at: received, due_at: dueAt(regulation, received, false), extended_at: null, extension_reason: null,
      closed_at: null, closing_reason: null, progress: null, receipt: null, version: 1, created_at: ctx.now, updated_at: ctx.now,
    };
    const { body, headers } = replyOf(row);
    return {
      reply: { status: 201, headers: { ...headers, Location: `/v1/privacy/requests/${row.id}` }, body },
      writes: [store.insertRequest(row)],
      events: [eventOf(ctx, "created", row)],
    };
  });
}

/** Newest first. */
export async function list(ctx: DataCtx, filter: store.RequestFilter, { limit, cursor }: PageAsked) {
  const question = questionOf(["privacy-requests", ctx.space.id, filter]);
  const after = cursor === undefined ? null : decodeCursor(cursor, question, ["string"]);
  const { rows, end } = await look<"data", Row>(ctx.db.data, store.walkOf(ctx.space, filter, after), limit + 1);
  return pageOfRows(question, limit, rows, ({ id }) => [id], (page) => page.map(requestJson), end);
}

export async function read(ctx: DataCtx, id: string): Promise<Reply<PrivacyRequest>> {
  return replyOf(await find(ctx, id));
}

/** More time, told with its reason. Throws `already_extended`, `privacy_request_closed` (409). */
export const extend = (ctx: DataCtx, id: string, reason: string): Promise<Reply<PrivacyRequest>> =>
  change(ctx, id, "extended", (before) => {
    if (before.extended_at !== null) throw alreadyExtended("The time was extended before.");
    return { due_at: dueAt(before.regulation, before.received_at, true), extended_at: ctx.now, extension_reason: reason };
  });

/** Throws `privacy_request_closed` (409). */
export const reject = (ctx: DataCtx, id: string, reason: string): Promise<Reply<PrivacyRequest>> =>
  change(ctx, id, "rejected", () => ({ status: "rejected", closed_at: ctx.now, closing_reason: reason }));

/** Takes a request back. A restriction that is in force ends with it. Throws `privacy_request_closed` (409). */
export const cancel = (ctx: DataCtx, id: string): Promise<Reply<PrivacyRequest>> =>
  commit(ctx, ctx.db.data, async () => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    if (!(before.type === "restriction" && before.status === "completed")) checkOpen(before);
    const row: Row = { ...before, status: "canceled", closed_at: ctx.now, version: before.version + 1, updated_at: ctx.now };
    return { reply: replyOf(row), guards: [store.atVersion(before)], writes: [store.updateRequest(row), store.lift(ctx.space, id)], events: [eventOf(ctx, "canceled", row)] };
  });

/**
 * Carries a request out, or notes that it was. An erasure goes as far as one call may, and is `processing` until it is
 * done. Throws `privacy_request_closed`, `subject_too_broad` (409).
 */
export async function complete(ctx: SpaceCtx, id: string): Promise<Reply<PrivacyRequest>> {
  const { type } = await find(ctx, id);
  if (type === "erasure") return erase(ctx, id);
  return commit(ctx, ctx.db.data, async () => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    checkOpen(before);
    const contacts = type === "restriction" ? await contactsOf(ctx, subjectOf(before.subject)) : [];
    const row: Row = { ...before, status: "completed", closed_at: ctx.now, version: before.version + 1, updated_at: ctx.now };
    return {
      reply: replyOf(row),
      guards: [store.atVersion(before)],
      writes: [store.updateRequest(row), ...(contacts.length === 0 ? [] : [store.restrict(ctx.space, id, contacts.map((one) => one.id), ctx.now)])],
      events: [eventOf(ctx, "completed", row)],
    };
  });
}

/** Once more goes on, and then answers what is: its answer is not kept, for it would tell of who is gone. */
async function erase(ctx: SpaceCtx, id: string): Promise<Reply<PrivacyRequest>> {
  const own = { ...ctx, idempotency: null };
  await commit(own, ctx.db.data, async (attempt) => {
    const before = await find(ctx, id);
    if (before.status === "processing" || before.status === "completed") return { reply: { status: 204 }, writes: [], events: [] };
    checkIfMatch(ctx, before.version);
    checkOpen(before);
    return { reply: { status: 204 }, ...(await begin(own, before, attempt > 0)) };
  });
  await goOn(own, id);
  return read(ctx, id);
}

/** The data of the person as it is now; that it was fetched is an event. */
export async function result(ctx: DataCtx, id: string): Promise<Reply<PersonalData>> {
  const row = await find(ctx, id);
  const contacts = await contactsOf(ctx, subjectOf(row.subject));
  const body = await documentOf(ctx, id, contacts, row.type !== "portability");
  await commit({ ...ctx, idempotency: null }, ctx.db.data, async () => ({ reply: { status: 200 }, writes: [], events: [eventOf(ctx, "fetched", row)] }));
  return { status: 200, body };
}

function change(ctx: DataCtx, id: string, what: "extended" | "rejected", made: (before: Row) => Partial<Row>): Promise<Reply<PrivacyRequest>> {
  return commit(ctx, ctx.db.data, async () => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    checkOpen(before);
    const row: Row = { ...before, ...made(before), version: before.version + 1, updated_at: ctx.now };
    return { reply: replyOf(row), guards: [store.atVersion(before)], writes: [store.updateRequest(row)], events: [eventOf(ctx, what, row)] };
  });
}

async function find(ctx: DataCtx, id: string): Promise<Row> {
  const row = await store.readRequest(ctx, id);
  if (!row) throw notFound("No such privacy request.");
  return row;
}

function checkOpen({ status }: Row): void {
  if (status !== "received") throw privacyRequestClosed(`The request is ${status}.`, { request_status: status });
}

const replyOf = (row: Row) => ({ status: 200, headers: { ETag: etag(row.version) }, body: requestJson(row) });

const requestJson = (row: Row): PrivacyRequest => ({
  id: row.id, type: row.type, status: row.status, regulation: row.regulation, subject: subjectJson(row.subject), note: row.note, suppress: row.suppress === 1, received_at: rfc3339(row.received_at),
  due_at: rfc3339(row.due_at), extension: row.extended_at === null ? null : { at: rfc3339(row.extended_at), reason: row.extension_reason },
  closed_at: row.closed_at === null ? null : rfc3339(row.closed_at), closing_reason: row.closing_reason, receipt: row.receipt === null ? null : JSON.parse(row.receipt),
  version: row.version, created_at: rfc3339(row.created_at), updated_at: rfc3339(row.updated_at),
});

/** Whoever has agreed anew may come back. Throws 404 where nothing keeps them away. */
export const liftSuppression = (ctx: SpaceCtx, sent: AddressIn): Promise<Reply<never>> =>
  commit(ctx, ctx.db.data, async () => {
    const [kind, value] = addressIn(ctx.space, sent, "");
    const identity = { kind, value };
    const found = await readSuppression(ctx, identity);
    if (!found) throw notFound("Nothing is suppressed by this.");
    const request = await find(ctx, found.request_id);
    return { reply: { status: 204 }, guards: [isSuppressed(ctx, identity)], writes: [lift(ctx, identity)], events: [eventOf(ctx, "suppression_lifted", request)] };
  });
