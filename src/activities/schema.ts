// Notes and interactions on the wire.
import * as z from "zod";
import { contactPatch } from "../contacts/schema";
import { name } from "../consents/schema";
import { idPattern } from "../platform/id";
import { MAX_URL, webUrl } from "../platform/normalize";
import { readOnlyMembers } from "../platform/readonly";
import { line, time, timestamp } from "../platform/validate";

const contact = z.string().regex(idPattern("contact")).meta({ description: "Id of the contact that it is of." });
export const noteId = z.string().regex(idPattern("note"));
export const interactionId = z.string().regex(idPattern("activity"));
const author = z.strictObject({ type: z.string(), id: z.string(), last4: z.string().optional() }).meta({ description: "Who wrote it." });

export const MAX_BODY = 10_000;
const body = z.string().max(MAX_BODY).refine((text) => text.trim() !== "", "not empty");

export const note = z
  .strictObject({ id: noteId, contact, version: z.int(), body: z.string(), author, created_at: time, updated_at: time })
  .meta({ id: "Note" });
export type NoteJson = z.output<typeof note>;
export const noteInput = z.strictObject({ body }).meta({ id: "NoteInput" });
export const NOTE_READ_ONLY = ["id", "contact", "version", "author", "created_at", "updated_at"] as const;
export const notePatch = z.strictObject({ body: body.optional(), ...readOnlyMembers(NOTE_READ_ONLY) }).meta({ id: "NotePatch" });
export type NotePatch = z.output<typeof notePatch>;

const type = z.enum(["ticket", "call", "meeting", "message", "custom"]);
const source = name.meta({ description: "The system that it happened in, e.g. `zendesk`." });
const sourceId = line(255).meta({ description: "Its id there: once per source." });
const subject = line(255);

export const interaction = z
  .strictObject({
    id: interactionId,
    contact,
    version: z.int(),
    source: z.string(),
    source_id: z.string(),
    type,
    subject: z.string(),
    body: z.string().nullable(),
    url: z.string().nullable(),
    at: time.meta({ description: "When it happened." }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Interaction" });
export type InteractionJson = z.output<typeof interaction>;

/** A contact as `PUT /v1/contacts` takes it, and two short forms. */
const person = z
  .strictObject({
    ...contactPatch.shape,
    email: z.string().max(320).optional().meta({ description: "Short for `emails` with this one." }),
    phone: z.string().max(64).optional().meta({ description: "Short for `phones` with this one." }),
  })
  .meta({ id: "InteractionContact", description: "Whom it is with: found by external ids and e-mail addresses, and where there are none by phone. The other fields are for a new contact." });
export type Person = z.output<typeof person>;

export const interactionInput = z
  .strictObject({
    source,
    source_id: sourceId,
    type,
    subject,
    body: z.string().max(MAX_BODY).nullable().optional(),
    url: z
      .string()
      .max(MAX_URL)
      .refine((text) => webUrl(text) !== null, "an http or https URL")
      .nullable()
      .optional()
      .meta({ description: "Where it can be seen." }),
    at: timestamp.optional().meta({ description: "When it happened; default now." }),
    contact: person,
  })
  .meta({ id: "InteractionInput" });
export type InteractionInput = z.output<typeof interactionInput>;
