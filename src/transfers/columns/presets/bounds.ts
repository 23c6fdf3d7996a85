// How wide a set of contacts is: what a first look at them says, so that columns that repeat are no more than needed.
import type { Exported } from "./preset";

/** More than this is cut off, and told. With it a file of all kinds stays below the 1,000 columns that an import takes. */
export const MOST = { emails: 50, phones: 50, addresses: 20, urls: 50, systems: 50, topics: 50 } as const;

export interface Bounds {
  readonly emails: number;
  readonly phones: number;
  readonly addresses: number;
  readonly urls: number;
  readonly tags: boolean;
  /** Names in `external_ids`. */
  readonly systems: readonly string[];
  /** `<channel>.<topic>` in `consent`. */
  readonly topics: readonly string[];
}

export const NARROW: Bounds = { emails: 0, phones: 0, addresses: 0, urls: 0, tags: false, systems: [], topics: [] };

export const topicsOf = ({ consent }: Pick<Exported, "consent">): string[] => Object.entries(consent).flatMap(([channel, topics]) => Object.keys(topics).map((topic) => `${channel}.${topic}`));

const united = (before: readonly string[], more: readonly string[], most: number): readonly string[] =>
  more.every((one) => before.includes(one)) || before.length >= most ? before : [...new Set([...before, ...more])].toSorted().slice(0, most);

/** The bounds with one more contact in them. */
export const widened = (bounds: Bounds, contact: Pick<Exported, "emails" | "phones" | "addresses" | "urls" | "tags" | "external_ids" | "consent">): Bounds => ({
  emails: Math.min(MOST.emails, Math.max(bounds.emails, contact.emails.length)),
  phones: Math.min(MOST.phones, Math.max(bounds.phones, contact.phones.length)),
  addresses: Math.min(MOST.addresses, Math.max(bounds.addresses, contact.addresses.length)),
  urls: Math.min(MOST.urls, Math.max(bounds.urls, contact.urls.length)),
  tags: bounds.tags || contact.tags.length > 0,
  systems: united(bounds.systems, Object.keys(contact.external_ids), MOST.systems),
  topics: united(bounds.topics, topicsOf(contact), MOST.topics),
});

/** At least so many of each: tools have a first block even where nobody needs it. */
export const atLeast = (bounds: Bounds, least: number): Bounds => ({ ...bounds, emails: Math.max(least, bounds.emails), phones: Math.max(least, bounds.phones), addresses: Math.max(least, bounds.addresses), urls: Math.max(least, bounds.urls) });
