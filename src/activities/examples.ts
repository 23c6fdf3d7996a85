// What the reference shows of activities.
import { example as contact } from "../contacts/example";
import type { InteractionJson, NoteJson } from "./schema";

const AT = "2026-11-20T17:53:00.000Z";

export const noteExample: NoteJson = {
  id: "note_01kqz3v9c5f1nazrk2d4f7h8jm",
  contact: contact.id,
  version: 1,
  body: "Called: wants an offer for 12 seats.",
  author: { type: "member", id: "mem_01kqz3v9c5f1nazrk2d4f7h8jm" },
  created_at: AT,
  updated_at: AT,
};

export const interactionExample: InteractionJson = {
  id: "act_01kqz3v9c5f1nazrk2d4f7h8jm",
  contact: contact.id,
  version: 1,
  source: "zendesk",
  source_id: "4711",
  type: "ticket",
  subject: "Invoice is wrong",
  body: null,
  url: "https://acme.zendesk.com/tickets/4711",
  at: AT,
  created_at: AT,
  updated_at: AT,
};
