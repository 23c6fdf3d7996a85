// What other tools' words for a consent come to in an import: a restriction, or nothing. Never more than was known.
import { fold } from "../../../platform/fold";
import { booleanOf } from "./numbers";

export const RESTRICTIONS = ["pending", "never", "unsubscribed"] as const;
export type Restriction = (typeof RESTRICTIONS)[number];

const WORDS: Readonly<Record<Restriction | "subscribed", string>> = {
  subscribed: "subscribed|subscribe|opted in|opt in|optin|confirmed|active|granted|explicit|implicit|customer|deliverable|marketing",
  pending: "pending|unconfirmed|not confirmed|waiting|awaiting confirmation|requested|double opt in pending",
  never: "never|never subscribed|not subscribed|nonsubscribed|non subscribed|non-subscribed|transactional|not opted in|none|unknown|not specified",
  unsubscribed:
    "unsubscribed|unsubscribe|opted out|opt out|optout|cleaned|clean|bounced|bounce|hard bounce|hard bounced|complained|complaint|spam|spam complaint|suppressed|user suppressed|blacklisted|blocklisted|blocked|invalid|revoked|withdrawn|denied|do not contact|do not email|archived|inactive",
};
const STATES: ReadonlyMap<string, Restriction | null> = new Map(
  Object.entries(WORDS).flatMap(([state, words]) => words.split("|").map((word): [string, Restriction | null] => [word, RESTRICTIONS.find((one) => one === state) ?? null])),
);

/** Null: says nothing, or that there is a consent; `unknown`: a word that means neither. */
export function restrictionOf(text: string): Restriction | null | "unknown" {
  const word = fold(text.replaceAll("_", " "));
  const known = STATES.get(word);
  if (known !== undefined) return known;
  const yes = booleanOf(word);
  return yes === null ? "unknown" : yes ? null : "never";
}

/** Whether a cell says that somebody is out: yes, a time, a reason; not: no, empty, an empty list. */
export const isOptOut = (text: string): boolean => booleanOf(text) ?? !/^[\s[\]{}"'-]*$|^(?:null|undefined|n\/a|subscribed|inactive)$/i.test(text);
