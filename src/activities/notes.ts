// Notes of a contact: written, changed, deleted. Their text stands in the note alone, in no event.
import { find } from "../contacts/contacts";
import { rfc3339 } from "../platform/clock";
import { commit } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { DataCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import type { EventDraft } from "../platform/events";
import { newId } from "../platform/id";
import { decodeCursor, pageOfRows, questionOf, type PageAsked } from "../platform/page";
import { notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import { look } from "../platform/walk";
import { NOTE_READ_ONLY, type NoteJson, type NotePatch } from "./schema";
import * as store from "./store";

/** The contact keeps its version: a note is no part of it. */
export const create = (ctx: DataCtx, contact: string, { body }: { body: string }): Promise<Reply<NoteJson>> =>
  commit(ctx, ctx.db.data, async () => {
    const { rid } = await find(ctx, contact);
    const row = { id: newId("note", ctx.now), contact, contact_rid: rid, version: 1, body, author: JSON.stringify(ctx.actor), created_at: ctx.now, updated_at: ctx.now };
    return {
      reply: { status: 201, headers: { ETag: etag(1), Location: `/v1/notes/${row.id}` }, body: noteJson(row) },
      guards: [store.stillThere(ctx.space, [rid])],
      writes: [store.insertNote(ctx.space, row)],
      events: [eventOf(ctx, "note.created", row)],
    };
  });

/** A contact's notes, newest first. */
export async function list(ctx: DataCtx, contact: string, { limit, cursor }: PageAsked) {
  const question = questionOf(["notes", ctx.space.id, contact]);
  const after = cursor === undefined ? null : decodeCursor(cursor, question, ["number", "string"]);
  const { rid } = await find(ctx, contact);
  const { rows, end } = await look<"data", store.NoteRow>(ctx.db.data, store.notesWalk(ctx.space, rid, after), limit + 1);
  return pageOfRows(question, limit, rows, ({ created_at, id }) => [created_at, id], (page) => page.map((row) => noteJson({ ...row, contact })), end);
}

export async function read(ctx: DataCtx, id: string): Promise<Reply<NoteJson>> {
  return replyOf(await findNote(ctx, id));
}

export const update = (ctx: DataCtx, id: string, patch: NotePatch): Promise<Reply<NoteJson>> =>
  commit(ctx, ctx.db.data, async () => {
    const before = await findNote(ctx, id);
    checkIfMatch(ctx, before.version);
    checkReadOnly(patch, noteJson(before), NOTE_READ_ONLY);
    const { body = before.body } = patch;
    if (body === before.body) return { reply: replyOf(before), writes: [], events: [] };
    const row = { ...before, body, version: before.version + 1, updated_at: ctx.now };
    return { reply: replyOf(row), guards: [store.noteAtVersion(before)], writes: [store.updateNote(ctx.space, row)], events: [eventOf(ctx, "note.updated", row)] };
  });

export const remove = (ctx: DataCtx, id: string): Promise<Reply<never>> =>
  commit(ctx, ctx.db.data, async () => {
    const before = await findNote(ctx, id);
    checkIfMatch(ctx, before.version);
    const gone = { ...before, version: before.version + 1 };
    return { reply: { status: 204 }, guards: [store.noteAtVersion(before)], writes: [store.deleteNote(ctx.space, id)], events: [eventOf(ctx, "note.deleted", gone)] };
  });

async function findNote(ctx: DataCtx, id: string): Promise<store.Of<store.NoteRow>> {
  const row = await store.readNote(ctx, id);
  if (!row) throw notFound("No such note.");
  return row;
}

const replyOf = (row: store.Of<store.NoteRow>): Reply<NoteJson> => ({ status: 200, headers: { ETag: etag(row.version) }, body: noteJson(row) });

export const noteJson = ({ id, contact, version, body, author, created_at, updated_at }: store.Of<store.NoteRow>): NoteJson => ({
  id, contact, version, body, author: JSON.parse(author), created_at: rfc3339(created_at), updated_at: rfc3339(updated_at),
});

const eventOf = ({ space }: Pick<DataCtx, "space">, type: string, { id, version, contact }: store.Of<store.NoteRow>): EventDraft => ({
  type, subject: id, version, data: { contact }, location: space.location, environment: space.environment, space: space.id,
});
