// What an item of engagement does to its contact: the state of the address, and consent. Pure.
import { stateOf, type Entry } from "../consents/ledger";
import { gravest, type Document } from "../contacts/schema";
import { emailKey } from "../platform/normalize";
import type { Scope } from "../platform/scopes";
import type { Item } from "./engagement-schema";

type EmailState = Document["emails"][number]["state"];

const STATES: Partial<Record<Item["type"], EmailState>> = { "email.delivered": "deliverable", "email.complained": "complained", "email.unsubscribed": "unsubscribed" };

/** What it says of the address; null: nothing. */
export const stateBy = ({ type, bounce }: Pick<Item, "type" | "bounce">): EmailState | null =>
  type === "email.bounced" ? (bounce === "hard" ? "bounced" : null) : (STATES[type] ?? null);

/** What it takes beside `activities:write`. A delivery is recorded without, and then leaves its contact alone. */
export function scopesFor(item: Item): readonly Scope[] {
  const state = stateBy(item);
  return state === null || state === "deliverable" ? [] : state === "bounced" ? ["contacts:write"] : ["contacts:write", "consents:write"];
}

const DEFAULT_TOPIC = "marketing";

/** A complaint is about all mail that the contact knows of; an unsubscription about one topic. */
export function topicsOf({ type, topic }: Pick<Item, "type" | "topic">, doc: Document): string[] {
  if (type === "email.unsubscribed") return [topic ?? DEFAULT_TOPIC];
  return type === "email.complained" ? [...new Set([...Object.keys(doc.consent["email"] ?? {}), DEFAULT_TOPIC])] : [];
}

export const entriesOf = (item: Item, at: number, doc: Document): Entry[] =>
  topicsOf(item, doc).map((topic) => ({
    channel: "email", topic, state: "unsubscribed", legal_basis: null, source: "engagement", proof: item.campaign ? `${item.type}: ${item.campaign}` : item.type, at,
  }));

/** The contact with its addresses as these items leave them. A subscription that is later than an unsubscription stands. */
export function withStates(doc: Document, items: readonly Item[]): Document {
  const emails = doc.emails.map((email) => {
    const told = items.flatMap((item): EmailState[] => {
      const state = item.email === emailKey(email.value) ? stateBy(item) : null;
      return state === null || (state === "unsubscribed" && !topicsOf(item, doc).some((topic) => stateOf(doc, { channel: "email", topic }) === "unsubscribed")) ? [] : [state];
    });
    const state = gravest([email.state, ...told]);
    return state === email.state ? email : { ...email, state };
  });
  return { ...doc, emails };
}
