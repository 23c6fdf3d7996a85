// What changed in the API, newest first: what is deprecated adds itself.
import * as z from "zod";
import type { Day } from "../platform/deprecation";
import { bare, open, type Endpoint } from "../platform/endpoint";

const KINDS = ["added", "changed", "deprecated", "removed"] as const;

interface Entry {
  readonly date: Day;
  readonly kind: (typeof KINDS)[number];
  readonly summary: string;
  /** Ids of the operations that it concerns. */
  readonly operations: readonly string[];
  /** From then on they may be gone. */
  readonly sunset: Day | null;
}

/** In any order; a deprecation stands with its endpoint. */
export const CHANGES: readonly Entry[] = [
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Imports: CSV, TSV, JSON, NDJSON and vCard, gzipped or not, up to a million rows; exports of other tools are known by their header. A dry run counts exactly, every row is accounted for, and what was taken in can be paused, canceled and undone.",
    operations: [
      "imports.create", "imports.list", "imports.get", "imports.upload", "imports.update", "imports.validate", "imports.start", "imports.pause", "imports.resume", "imports.cancel", "imports.undo",
      "imports.errors", "imports.errors_file", "imports.results_file", "imports.unprocessed_file",
    ],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Exports: CSV in the columns of eight tools, NDJSON, JSON and vCard, each a picture of one moment with the place of the event log that it shows.",
    operations: ["exports.create", "exports.list", "exports.get", "exports.cancel", "exports.file", "files.get", "contacts.csv"],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Custom fields can be converted: another type, uniqueness, index or rules, with all the values that contacts have, counted first (`dry_run`) and carried out by a job; and copied from one location to another.",
    operations: ["fields.convert", "fields.copy", "fields.create", "fields.update"],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Erasures can keep the person from coming back (`suppress`): a keyed hash of their addresses and phones is left, until it is lifted with fresh consent.",
    operations: ["privacy.requests.create", "privacy.suppressions.lift"],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "A contact's past: its timeline, its changes field by field, the contact as it was at any time (`as_of`), and the way back to an old version.",
    operations: ["contacts.timeline", "contacts.history", "contacts.get", "contacts.restore_version"],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Jobs: work that takes longer than an answer can be followed, paused, resumed and canceled.",
    operations: ["jobs.list", "jobs.get", "jobs.pause", "jobs.resume", "jobs.cancel"],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Notes, interactions of other systems that find or create their contact, and engagement: hard bounces, complaints and unsubscriptions change state and consent at once.",
    operations: ["contacts.notes.list", "contacts.notes.create", "notes.get", "notes.update", "notes.delete", "interactions.record", "interactions.get", "engagement.record"],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Contacts in depth: custom fields, tags, lists and segments; a filter language and text search; batches and bulk actions; duplicates, merges and their undoing.",
    operations: [
      "contacts.search", "contacts.batch", "contacts.bulk", "contacts.duplicates", "contacts.not_duplicates", "contacts.merge", "contacts.unmerge", "fields.list", "fields.create", "fields.get",
      "fields.update", "fields.delete", "tags.list", "tags.create", "tags.get", "tags.update", "tags.delete", "lists.list", "lists.create", "lists.get", "lists.update", "lists.delete", "lists.contacts",
      "lists.change_contacts", "segments.list", "segments.create", "segments.get", "segments.contacts", "segments.update", "segments.delete",
    ],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Consent as an append-only ledger: what was agreed to, when, on what basis; imports and merges never raise it.",
    operations: ["contacts.consents.list", "contacts.consents.create"],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Privacy requests with their due dates: access, portability, restriction and erasure, which leaves a receipt and 410 `contact_erased`.",
    operations: [
      "privacy.requests.list", "privacy.requests.create", "privacy.requests.get", "privacy.requests.result", "privacy.requests.extend", "privacy.requests.reject",
      "privacy.requests.cancel", "privacy.requests.complete",
    ],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "changed",
    summary: "Tags are keys in lower case now; the text as it was first written is the tag's label.",
    operations: ["contacts.create", "contacts.update", "contacts.upsert"],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "changed",
    summary: "Archived contacts are purged for good after `archived_retention_days` of the organization: 30 unless it says otherwise, null for never.",
    operations: ["organization.get", "organization.update"],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Tools of the sandbox: a clock that can be put forward, so that expiry, notices and ends of overlaps happen at once; contacts who are made up; an empty space again.",
    operations: ["sandbox.clock.get", "sandbox.clock.advance", "sandbox.seed", "sandbox.reset"],
    sunset: null,
  },
  {
    date: "2026-11-24",
    kind: "added",
    summary: "Reports: counts of contacts by tag, list, country, source, consent, custom field or time of creation.",
    operations: ["reports.contacts"],
    sunset: null,
  },
  {
    date: "2026-11-21",
    kind: "added",
    summary: "The whole life of a key: integrations, requests for live keys, approval and the encrypted hand-over; rotation with overlap, simulation, leak reports; notices 15, 7 and 1 day before an unused key is deleted.",
    operations: [
      "integrations.list", "integrations.create", "integrations.get", "integrations.update", "access_requests.list", "access_requests.create", "access_requests.get",
      "access_requests.approve", "access_requests.deny", "access_requests.withdraw", "access_requests.reissue", "claims.claim", "keys.rotate", "keys.rotate.cancel",
      "keys.rotate.finish", "keys.simulate", "leaks.report", "notifications.list", "notifications.read",
    ],
    sunset: null,
  },
  {
    date: "2026-11-21",
    kind: "added",
    summary: "People sign in: sessions, organizations, locations, members and invitations.",
    operations: [
      "session", "memberships.list", "organizations.create", "invitations.accept", "locations.list", "locations.create", "locations.get", "locations.update",
      "members.list", "members.create", "members.get", "members.update", "members.remove", "members.invite",
    ],
    sunset: null,
  },
  {
    date: "2026-11-20",
    kind: "added",
    summary: "How the API is used and what was done with it: usage with latency, the activity log, the audit trail, this changelog, and who still calls what is deprecated.",
    operations: ["usage.get", "requests.list", "audit.list", "changelog.list", "deprecations.list"],
    sunset: null,
  },
];

const deprecations = (endpoints: readonly Endpoint[]): Entry[] =>
  endpoints.flatMap(({ facts: { id, summary, deprecated } }): Entry[] => {
    if (!deprecated) return [];
    const { at, sunset = null, successor } = deprecated;
    return [{ date: at, kind: "deprecated", summary: `${summary}: deprecated${successor ? `, \`${successor}\` takes its place` : ""}.`, operations: [id], sunset }];
  });

const changelog = z
  .strictObject({
    data: z.array(
      z.strictObject({
        date: z.iso.date(),
        kind: z.enum(KINDS),
        summary: z.string(),
        operations: z.array(z.string()).meta({ description: "`operationId` of each operation that it concerns." }),
        sunset: z.iso.date().nullable().meta({ description: "The day from which on they may be gone." }),
      }),
    ),
  })
  .meta({ id: "Changelog" });

/** The endpoint that tells what changed in `endpoints`. */
export const changelogOf = (endpoints: readonly Endpoint[]): Endpoint =>
  open({
    ...bare,
    id: "changelog.list",
    method: "GET",
    path: "/v1/changelog",
    tag: "Discovery",
    summary: "What changed",
    description: "Everything that was added, changed, deprecated or removed, newest first. What is deprecated also says so with every answer: `Deprecation`, `Sunset` and `Link`.",
    scope: "none",
    answers: {
      200: {
        description: "All changes.",
        schema: changelog,
        example: { data: [{ date: "2026-11-20", kind: "added", summary: "Usage with latency.", operations: ["usage.get"], sunset: null }] },
      },
    },
    run: async () => {
      const all = [...CHANGES, ...deprecations(endpoints)].toSorted((a, b) => b.date.localeCompare(a.date));
      return { status: 200, headers: { "Cache-Control": "public, max-age=300" }, body: { data: all.map((entry) => ({ ...entry, operations: [...entry.operations] })) } };
    },
  });
