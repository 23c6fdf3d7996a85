// Records that are objects: members that are a contact's own pass as they are, read-only ones are left out, and of a
// consent only what restricts is kept.
import { FIELDS, READ_ONLY } from "../../contacts/schema";
import { idPattern } from "../../platform/id";
import { NAME } from "../../consents/schema";
import type { Draft } from "./draft";
import { restrictionOf } from "./values/consents";

const KEPT = new Set<string>(FIELDS.filter((field) => !READ_ONLY.some((name) => name === field)));
const LEFT = new Set<string>(READ_ONLY);
const CONTACT_ID = idPattern("contact");

export const isOwn = (member: string): boolean => KEPT.has(member) || LEFT.has(member);

/** The members of records that are objects which are not a contact's own: those alone are to be mapped. */
export const foreign = (members: readonly string[]): string[] => members.filter((member) => !isOwn(member));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);

export function readOwn(member: string, value: unknown, draft: Draft): void {
  if (member === "consent") readConsent(value, draft);
  else if (member === "id" && typeof value === "string" && CONTACT_ID.test(value)) draft.id = value;
  else if (KEPT.has(member)) {
    draft.data[member] = member === "emails" && Array.isArray(value) ? value.map(stateless) : value;
    draft.origin.set(`/${member}`, member);
  }
}

/** What deliveries told of an address can't be written. */
function stateless(item: unknown): unknown {
  if (!isRecord(item) || !("state" in item)) return item;
  return Object.fromEntries(Object.entries(item).filter(([name]) => name !== "state"));
}

function readConsent(value: unknown, draft: Draft): void {
  if (!isRecord(value)) return;
  for (const [channel, topics] of Object.entries(value)) {
    for (const [topic, word] of isRecord(topics) ? Object.entries(topics) : []) {
      const state = typeof word === "string" ? restrictionOf(word) : null;
      if (state !== null && state !== "unknown" && NAME.test(channel) && NAME.test(topic)) draft.consents.push({ channel, topic, state, column: "consent" });
    }
  }
}

/** A foreign member's value as the text of a cell; several are a line each. Null: an object, which is none. */
export function cellOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (!Array.isArray(value)) return null;
  const cells = value.map((one: unknown) => (Array.isArray(one) ? null : cellOf(one)));
  return cells.includes(null) ? null : cells.map((cell) => (cell ?? "").replaceAll(/[\r\n]+/g, " ")).join("\n");
}
