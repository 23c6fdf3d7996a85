// Contacts on the wire: shapes here, meaning (is it a phone?) in normalize.ts.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { problem } from "../platform/problem";
import { readOnlyMember, readOnlyMembers } from "../platform/readonly";
import { time } from "../platform/validate";
import { MAX_URL } from "../platform/normalize";

const contactId = z.string().regex(idPattern("contact"));
const text = z.string().max(255);
const nullableText = text.nullable();
const label = z.string().trim().max(50).nullable();

const email = z
  .strictObject({
    value: z.string().meta({ description: "As it was given; compared lower-cased, NFC, with an A-label domain." }),
    label,
    primary: z.boolean(),
    state: z.enum(["unknown", "deliverable", "bounced", "complained", "unsubscribed"]).meta({ description: "Read-only: what deliveries told." }),
  })
  .meta({ id: "Email" });
const phone = z
  .strictObject({
    value: z.string().meta({ description: "E.164." }),
    raw: z.string().meta({ description: "As it was given." }),
    label,
    primary: z.boolean(),
  })
  .meta({ id: "Phone" });
const address = z
  .strictObject({
    label,
    line1: nullableText,
    line2: nullableText,
    city: nullableText,
    region: nullableText,
    postal_code: nullableText,
    country: z.string().nullable().meta({ description: "ISO 3166-1 alpha-2." }),
  })
  .meta({ id: "Address" });
const url = z.strictObject({ value: z.string(), label }).meta({ id: "Url" });

const document = {
  external_ids: z.record(z.string(), z.string()).meta({ description: "Ids in other systems, by their name." }),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  company: z.string().nullable(),
  job_title: z.string().nullable(),
  emails: z.array(email),
  phones: z.array(phone),
  addresses: z.array(address),
  birthday: z.string().nullable().meta({ description: "`1980-05-09`, or `--05-09` where the year is not known." }),
  language: z.string().nullable().meta({ description: "BCP 47." }),
  timezone: z.string().nullable().meta({ description: "IANA." }),
  urls: z.array(url),
  custom: z.record(z.string(), z.unknown()).meta({ description: "Custom fields by their key." }),
  tags: z.array(z.string()),
  lists: z.array(z.string()).meta({ description: "Read-only." }),
  consent: z.record(z.string(), z.record(z.string(), z.string())).meta({ description: "Read-only: channel → topic → state." }),
  source: z.strictObject({ type: z.string(), key: z.string().optional(), import: z.string().optional() }).meta({ description: "Read-only: where it came from." }),
};

export const contact = z
  .strictObject({
    id: contactId,
    version: z.int().meta({ description: "Raised by every change." }),
    status: z.enum(["active", "archived"]),
    ...document,
    created_at: time,
    updated_at: time,
    archived_at: time.nullable(),
  })
  .meta({ id: "Contact" });
export type Contact = z.output<typeof contact>;
/** What the row keeps as JSON. */
export type Document = { [K in keyof typeof document]: z.output<(typeof document)[K]> };

/** States of an address from the least grave to the most: deliveries never make one better. */
const GRAVITY: readonly Document["emails"][number]["state"][] = ["unknown", "deliverable", "unsubscribed", "bounced", "complained"];
export const gravest = (states: readonly (typeof GRAVITY)[number][]): (typeof GRAVITY)[number] => states.toSorted((a, b) => GRAVITY.indexOf(b) - GRAVITY.indexOf(a))[0] ?? "unknown";

export const FIELDS = contact.keyof().options;
export type Field = (typeof FIELDS)[number];
export const READ_ONLY = ["id", "version", "status", "lists", "consent", "source", "created_at", "updated_at", "archived_at"] as const;

export const sparse = contact.partial().meta({ id: "SparseContact" });

const emailIn = z
  .union([
    z.string().max(320),
    z.strictObject({ value: z.string().max(320), label: label.optional(), primary: z.boolean().optional(), state: readOnlyMember }),
  ])
  .meta({ id: "EmailInput" });
const phoneIn = z
  .union([
    z.string().max(64),
    z.strictObject({ value: z.string().max(64), raw: z.string().max(64).optional(), label: label.optional(), primary: z.boolean().optional() }),
  ])
  .meta({ id: "PhoneInput" });
const addressIn = address.partial().meta({ id: "AddressInput" });
const urlIn = z.union([z.string().max(MAX_URL), z.strictObject({ value: z.string().max(MAX_URL), label: label.optional() })]).meta({ id: "UrlInput" });
const tagIn = z.string().max(100);

export type EmailIn = z.output<typeof emailIn>;
export type PhoneIn = z.output<typeof phoneIn>;
export type AddressIn = z.output<typeof addressIn>;
export type UrlIn = z.output<typeof urlIn>;

const listOf = <Item extends z.ZodType>(item: Item, max: number) => z.array(item).max(max);
/** An array that replaces, or what to add and remove. */
const editable = <Item extends z.ZodType>(item: Item, max: number) =>
  z
    .union([
      listOf(item, max),
      z.strictObject({ add: listOf(item, max).optional(), remove: listOf(item, max).optional() }).meta({ description: "Adds and removes single values." }),
    ])
    .nullable()
    .optional();

export const contactPatch = z
  .strictObject({
    external_ids: z
      .record(z.string().regex(/^[a-z0-9_]{1,50}$/, "lower-case letters, digits and _, at most 50"), z.string().trim().min(1).max(255).nullable())
      .nullable()
      .optional()
      .meta({ description: "By name (lower-case letters, digits and `_`, at most 50); null removes one." }),
    first_name: nullableText.optional(),
    last_name: nullableText.optional(),
    company: nullableText.optional(),
    job_title: nullableText.optional(),
    emails: editable(emailIn, 50),
    phones: editable(phoneIn, 50),
    addresses: listOf(addressIn, 20).nullable().optional(),
    birthday: z.string().max(10).nullable().optional(),
    language: z.string().max(35).nullable().optional(),
    timezone: z.string().max(64).nullable().optional(),
    urls: listOf(urlIn, 50).nullable().optional(),
    custom: z.record(z.string(), z.unknown()).nullable().optional(),
    tags: editable(tagIn, 200),
    ...readOnlyMembers(READ_ONLY),
  })
  .meta({ id: "ContactPatch" });
export type ContactPatch = z.output<typeof contactPatch>;

export const contactExists = problem({
  code: "contact_exists",
  status: 409,
  title: "The contact exists",
  cause: "Another live contact of this space has one of these e-mail addresses or external ids: a live contact owns them alone.",
  cure: "Change the contact `existing_id`, or send `PUT /v1/contacts?match=email` to create or update in one.",
  example: { existing_id: "con_01kqz3v9c5f1nazrk2d4f7h8jm", matched_on: [{ kind: "email", value: "ana@acme.com" }] },
});
export const matchConflict = problem({
  code: "match_conflict",
  status: 409,
  title: "It matches more than one contact",
  cause: "The identifiers in the body point at different contacts.",
  cure: "Send those of one contact, or merge the `candidates`.",
  example: { candidates: ["con_01kqz3v9c5f1nazrk2d4f7h8jm", "con_01kqz3v9c5f1nazrk2d4f7h8jn"] },
});
export const restoreConflict = problem({
  code: "restore_conflict",
  status: 409,
  title: "Its identifiers are taken",
  cause: "While it was archived, another contact took one of its e-mail addresses or external ids.",
  cure: "Change or archive the contact `existing_id` first.",
  example: { existing_id: "con_01kqz3v9c5f1nazrk2d4f7h8jm", matched_on: [{ kind: "email", value: "ana@acme.com" }] },
});
export const contactArchived = problem({
  code: "contact_archived",
  status: 409,
  title: "The contact is archived",
  cause: "An archived contact can't be changed.",
  cure: "Restore it first: `POST /v1/contacts/{id}/restore`.",
});
export const contactMerged = problem({
  code: "contact_merged",
  status: 410,
  title: "The contact was merged",
  cause: "The contact was merged into another one, which has all that it had.",
  cure: "Take the contact `merged_into`; the `Link` header with `rel=canonical` leads there.",
  example: { merged_into: "con_01kqz3v9c5f1nazrk2d4f7h8jm" },
});
export const contactRestricted = problem({
  code: "contact_restricted",
  status: 409,
  title: "The contact is restricted",
  cause: "The person has the right that nothing is done with their data for now (GDPR, article 18): it is kept, and its values can't be changed.",
  cure: "Wait until the restriction is lifted: cancel the privacy request that it comes from.",
});
export const suppressed = problem({
  code: "suppressed",
  status: 409,
  title: "The person must not come back",
  cause: "The person with this e-mail address or phone was erased and asked not to be kept or mailed again: an erasure with `suppress` keeps a keyed hash that recognises them, and nothing else.",
  cure: "Leave them out. Where they have agreed anew since, lift it first: `POST /v1/privacy/suppressions/lift`.",
  example: { matched_on: [{ kind: "email", value: "ana@acme.com" }] },
});
export const contactErased = problem({
  code: "contact_erased",
  status: 410,
  title: "The contact was erased",
  cause: "A privacy request had the person erased. Nothing of the contact is left but its id in the log.",
  cure: "Take it out of your own copies.",
});
export const sortTooBroad = problem({
  code: "sort_too_broad",
  status: 422,
  title: "Too many matches for this sort",
  cause: "This sort is not one that the filter's index can serve, so its matches would have to be sorted at once, and there are over 10,000.",
  cure: "Narrow the filter, or take the sort that it implies (`id`; with `updated_since`: `updated_at`).",
  example: { limit: 10_000 },
});
