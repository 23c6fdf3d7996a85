// What a merge makes of several documents, and what undoing it leaves of the one that stayed. Pure.
import { sameJson } from "../../platform/json";
import { emailKey } from "../../platform/normalize";
import { gravest, type Document } from "../schema";

export interface Part {
  readonly id: string;
  readonly doc: Document;
}

/** A value that the merged contact does not have: by the member that it was in. */
export interface Dropped {
  readonly field: string;
  readonly contact_id: string;
  readonly value: unknown;
}

const SCALARS = ["first_name", "last_name", "company", "job_title", "birthday", "language", "timezone"] as const;

/** The most restrictive state that anybody stated wins. */
const RESTRICTION: Readonly<Record<string, number>> = { unsubscribed: 3, never: 2, pending: 1, subscribed: 0 };

/**
 * The survivor's document with all that the sources have. Of what can be there once the survivor's counts, then the first
 * source's that has one, unless `prefer` names another contact.
 */
export function united(survivor: Part, sources: readonly Part[], prefer: ReadonlyMap<string, string>): { doc: Document; dropped: Dropped[] } {
  const parts = [survivor, ...sources];
  const dropped: Dropped[] = [];
  const inOrderOf = (field: string): readonly Part[] => {
    const preferred = prefer.get(field);
    return preferred === undefined ? parts : parts.toSorted((a, b) => Number(b.id === preferred) - Number(a.id === preferred));
  };
  const once = <Value>(field: string, valueOf: (doc: Document) => Value | null | undefined): Value | null => {
    const having = inOrderOf(field).flatMap(({ id, doc }) => {
      const value = valueOf(doc);
      return value === null || value === undefined ? [] : [{ id, value }];
    });
    const [first, ...others] = having;
    for (const { id, value } of others) if (!sameJson(value, first?.value)) dropped.push({ field, contact_id: id, value });
    return first?.value ?? null;
  };
  const byKey = (field: "custom" | "external_ids") => {
    const keys = [...new Set(parts.flatMap(({ doc }) => Object.keys(doc[field])))].toSorted();
    return keys.map((key): [string, unknown] => [key, once(`${field}.${key}`, (doc) => doc[field][key])]);
  };
  const all = <Item>(itemsOf: (doc: Document) => readonly Item[], keyOf: (item: Item) => string): Item[] => firstOfEach(parts.flatMap(({ doc }) => itemsOf(doc)), keyOf);
  const [first_name, last_name, company, job_title, birthday, language, timezone] = SCALARS.map((field) => once(field, (doc) => doc[field]));
  const doc: Document = {
    ...survivor.doc,
    first_name: first_name ?? null, last_name: last_name ?? null, company: company ?? null, job_title: job_title ?? null,
    birthday: birthday ?? null, language: language ?? null, timezone: timezone ?? null,
    external_ids: Object.fromEntries(byKey("external_ids").map(([key, value]) => [key, String(value)])),
    custom: Object.fromEntries(byKey("custom")),
    emails: onePrimary(all(({ emails }) => emails, emailOf)),
    phones: onePrimary(all(({ phones }) => phones, ({ value }) => value)),
    addresses: all(({ addresses }) => addresses, (address) => JSON.stringify({ ...address, label: null })),
    urls: all(({ urls }) => urls, ({ value }) => value),
    tags: all(({ tags }) => tags, (tag) => tag),
    lists: all(({ lists }) => lists, (list) => list),
    consent: strictest(parts.map((part) => part.doc.consent)),
  };
  return { doc, dropped };
}

function firstOfEach<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(keyOf(item)) && seen.add(keyOf(item)));
}

const onePrimary = <Item extends { primary: boolean }>(items: readonly Item[]): Item[] => items.map((item, i) => (item.primary === (i === primaryOf(items)) ? item : { ...item, primary: i === primaryOf(items) }));
const primaryOf = (items: readonly { primary: boolean }[]): number => Math.max(0, items.findIndex(({ primary }) => primary));

/** Of each channel and topic the most restrictive state that stands in one of them. */
export function strictest(consents: readonly Document["consent"][]): Document["consent"] {
  const states = new Map<string, Map<string, string>>();
  for (const consent of consents) {
    for (const [channel, topics] of Object.entries(consent)) {
      const known = states.get(channel) ?? new Map<string, string>();
      states.set(channel, known);
      for (const [topic, state] of Object.entries(topics)) {
        const before = known.get(topic);
        if (before === undefined || (RESTRICTION[state] ?? 0) > (RESTRICTION[before] ?? 0)) known.set(topic, state);
      }
    }
  }
  return Object.fromEntries([...states].map(([channel, topics]) => [channel, Object.fromEntries(topics)]));
}

type Consent = Document["consent"];

/** Of a consent the states for which `keep` answers one; a channel without any is left out. */
function eachState(consent: Consent, keep: (channel: string, topic: string, state: string) => string | undefined): Consent {
  const channels = Object.entries(consent).map(([channel, topics]): [string, [string, string][]] => [
    channel,
    Object.entries(topics).flatMap(([topic, state]): [string, string][] => {
      const kept = keep(channel, topic, state);
      return kept === undefined ? [] : [[topic, kept]];
    }),
  ]);
  return Object.fromEntries(channels.filter(([, topics]) => topics.length > 0).map(([channel, topics]) => [channel, Object.fromEntries(topics)]));
}

/** A channel and topic of which something was recorded. */
export interface Matter {
  readonly channel: string;
  readonly topic: string;
}

/** What a merge made of a consent, without what was stated of again since then: also where that changed nothing. */
export const unrepeated = (after: Consent, again: readonly Matter[]): Consent =>
  eachState(after, (channel, topic, state) => (again.some((one) => one.channel === channel && one.topic === topic) ? undefined : state));

/** What of a consent was stated since a merge. */
export const statedSince = (after: Consent, now: Consent): Consent => eachState(now, (channel, topic, state) => (after[channel]?.[topic] === state ? undefined : state));

/** The present document without what the merge brought, and with what it took; what was changed since then stays. */
export function parted(before: Document, after: Document, now: Document): Document {
  const doc: Record<string, unknown> = {};
  for (const field of Object.keys(now).filter(isMember(now))) doc[field] = partedValue(before[field], after[field], now[field]);
  return {
    ...now, ...doc,
    emails: partedItems(before.emails, after.emails, now.emails, emailOf),
    phones: partedItems(before.phones, after.phones, now.phones, ({ value }) => value),
    consent: eachState({ ...before.consent, ...now.consent }, (channel, topic, state) => (after.consent[channel]?.[topic] === state ? before.consent[channel]?.[topic] : state)),
  };
}

const emailOf = ({ value }: { readonly value: string }): string => emailKey(value) ?? value;

/** What the merge brought goes, whatever became of it since; own ones stay as they are now. */
function partedItems<Item extends { readonly value: string; readonly primary: boolean }>(before: readonly Item[], after: readonly Item[], now: readonly Item[], keyOf: (item: Item) => string): Item[] {
  if (sameJson(now, after)) return [...before];
  const [own, brought] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  const kept = now.filter((item) => own.has(keyOf(item)) || !brought.has(keyOf(item)));
  const first = before.find(({ primary }) => primary);
  const primary = kept.find((item) => item.primary) ?? kept.find((item) => first && keyOf(item) === keyOf(first)) ?? kept[0];
  return kept.map((item) => (item.primary === (item === primary) ? item : { ...item, primary: item === primary }));
}

/** A source's addresses, with what deliveries told of them while another contact had them. */
export const told = (was: Document["emails"], now: Document["emails"]): Document["emails"] =>
  was.map((email) => {
    const state = gravest([email.state, ...now.filter((one) => emailOf(one) === emailOf(email)).map((one) => one.state)]);
    return state === email.state ? email : { ...email, state };
  });

const isMember =
  (doc: Document) =>
  (name: string): name is keyof Document =>
    name in doc;

function partedValue(before: unknown, after: unknown, now: unknown): unknown {
  if (sameJson(now, after)) return before;
  if (Array.isArray(before) && Array.isArray(after) && Array.isArray(now)) {
    const has = (items: readonly unknown[], one: unknown): boolean => items.some((item) => sameJson(item, one));
    const kept = now.filter((one) => !has(after, one) || has(before, one));
    return [...kept, ...before.filter((one) => !has(after, one) && !has(kept, one))];
  }
  if (isRecord(before) && isRecord(after) && isRecord(now)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted();
    return Object.fromEntries(keys.map((key): [string, unknown] => [key, partedValue(before[key], after[key], now[key])]).filter(([, value]) => value !== undefined));
  }
  return now;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
