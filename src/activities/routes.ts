// The operations on notes and interactions.
import * as z from "zod";
import { example as contact } from "../contacts/example";
import { contactExists, contactMerged, matchConflict } from "../contacts/schema";
import { missing } from "../orgs/reach";
import type { SpaceCtx } from "../platform/context";
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import { idPattern } from "../platform/id";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import { tagRemoving } from "../tags/schema";
import { interactionExample, noteExample } from "./examples";
import * as interactions from "./interactions";
import * as notes from "./notes";
import * as schema from "./schema";

export const ofContact = z.strictObject({ id: z.string().regex(idPattern("contact")).meta({ description: "Id of the contact.", examples: [contact.id] }) });
const ofNote = z.strictObject({ id: schema.noteId.meta({ description: "Id of the note.", examples: [noteExample.id] }) });
const ofInteraction = z.strictObject({ id: schema.interactionId.meta({ description: "Id of the interaction.", examples: [interactionExample.id] }) });
const oneNote = { description: "The note.", schema: schema.note, example: noteExample, headers: { ETag: "Its version." } };
const oneInteraction = { description: "The interaction.", schema: schema.interaction, example: interactionExample, headers: { ETag: "Its version." } };

/** Throws 403. */
export function demand(ctx: SpaceCtx, scope: string): void {
  const refusal = missing(ctx.principal, scope);
  if (refusal) throw refusal;
}

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "contacts.notes.list",
    method: "GET",
    path: "/v1/contacts/{id}/notes",
    tag: "Activities",
    summary: "List a contact's notes",
    description: "Newest first.",
    scope: "activities:read",
    params: ofContact,
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "A page of notes.", schema: pageOf(schema.note), example: { data: [noteExample], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch, contactMerged],
    run: (ctx, { params: { id }, query }) => notes.list(ctx, id, query),
  }),
  onSpace({
    ...bare,
    id: "contacts.notes.create",
    method: "POST",
    path: "/v1/contacts/{id}/notes",
    tag: "Activities",
    summary: "Write a note",
    description: `At most ${schema.MAX_BODY} characters. A note is no part of its contact, which keeps its version; archived contacts take notes too.`,
    scope: "activities:write",
    writes: "data",
    params: ofContact,
    body: schema.noteInput,
    bodyType: "json",
    bodyExample: { body: noteExample.body },
    answers: { 201: { ...oneNote, headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE, contactMerged],
    run: (ctx, { params: { id }, body }) => notes.create(ctx, id, body),
  }),
  onSpace({
    ...bare,
    id: "notes.get",
    method: "GET",
    path: "/v1/notes/{id}",
    tag: "Activities",
    summary: "Read a note",
    description: "One note, with the contact that it is of.",
    scope: "activities:read",
    params: ofNote,
    answers: { 200: oneNote },
    run: (ctx, { params: { id } }) => notes.read(ctx, id),
  }),
  onSpace({
    ...bare,
    id: "notes.update",
    method: "PATCH",
    path: "/v1/notes/{id}",
    tag: "Activities",
    summary: "Change a note",
    description: "Another text. The author stays who wrote it first; who changed it stands in the event `note.updated`, which holds no text.",
    scope: "activities:write",
    writes: "data",
    params: ofNote,
    body: schema.notePatch,
    bodyType: "json",
    bodyExample: { body: "Called back: wants an offer for 20 seats." },
    answers: { 200: oneNote },
    problems: [...WITH_BODY, ...ON_WRITE],
    run: (ctx, { params: { id }, body }) => notes.update(ctx, id, body),
  }),
  onSpace({
    ...bare,
    id: "notes.delete",
    method: "DELETE",
    path: "/v1/notes/{id}",
    tag: "Activities",
    summary: "Delete a note",
    description: "For good: its text is nowhere else.",
    scope: "activities:write",
    writes: "data",
    params: ofNote,
    answers: { 204: { description: "It is gone." } },
    problems: ON_WRITE,
    run: (ctx, { params: { id } }) => notes.remove(ctx, id),
  }),
  onSpace({
    ...bare,
    id: "interactions.record",
    method: "POST",
    path: "/v1/interactions",
    tag: "Activities",
    summary: "Record an interaction, and find or create its contact",
    description:
      "How a support desk makes contacts. The contact is found by external ids and e-mail addresses (where there are neither, by phone), by the rules of `PUT /v1/contacts`; a contact that is found stays as it is, a new one gets all that `contact` says. An interaction is there once per `source` and `source_id`: told again, it answers 200 with the first one, brought up to what is told now (`interaction.updated` where that differs), and its contact stays. Also needs `contacts:read`, and `contacts:write` where a contact has to be made.",
    scope: "activities:write",
    writes: "data",
    dryRun: true,
    body: schema.interactionInput,
    bodyType: "json",
    bodyExample: { source: "zendesk", source_id: "4711", type: "ticket", subject: "Invoice is wrong", url: "https://acme.zendesk.com/tickets/4711", contact: { email: "ana@acme.com", first_name: "Ana", last_name: "Núñez" } },
    answers: { 200: { ...oneInteraction, description: "It was there, and is so now." }, 201: { ...oneInteraction, description: "It is new.", headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE, matchConflict, contactExists, tagRemoving],
    run: async (ctx, { body }) => {
      demand(ctx, "contacts:read");
      return interactions.record(ctx, body);
    },
  }),
  onSpace({
    ...bare,
    id: "interactions.get",
    method: "GET",
    path: "/v1/interactions/{id}",
    tag: "Activities",
    summary: "Read an interaction",
    description: "One interaction, with the contact that it is with. A contact's interactions stand in its timeline.",
    scope: "activities:read",
    params: ofInteraction,
    answers: { 200: oneInteraction },
    run: (ctx, { params: { id } }) => interactions.read(ctx, id),
  }),
];
