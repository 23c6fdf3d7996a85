// Exports on the wire, and what can be wrong with them.
import * as z from "zod";
import { FIELDS } from "../../contacts/schema";
import { filter } from "../../contacts/search/filter";
import { idPattern } from "../../platform/id";
import { problem } from "../../platform/problem";
import { time } from "../../platform/validate";
import { PRESET_NAMES } from "../columns/presets/presets";

export const STATES = ["queued", "running", "paused", "completed", "failed", "canceled", "expired"] as const;
export type ExportState = (typeof STATES)[number];
export const OUT = ["csv", "ndjson", "json", "vcard3", "vcard4"] as const;

export const exportId = z.string().regex(idPattern("export"), "an export id");
const MAX_IDS = 2_500;

const csv = z.strictObject({
  delimiter: z.enum([",", ";", "\t", "|"]).default(","),
  bom: z.boolean().default(false).meta({ description: "A byte order mark in front, as Excel wants it." }),
  escape_formulas: z.boolean().default(true).meta({ description: "A `'` before what a spreadsheet would run; phones, numbers and dates stay as they are in presets for machines." }),
});

export const exportInput = z
  .strictObject({
    name: z.string().trim().min(1).max(200).optional(),
    preset: z.enum(PRESET_NAMES).default("generic").meta({ description: "Of csv: whose header and words. `generic` loses nothing and reads back as it was." }),
    format: z.enum(OUT).default("csv"),
    filter: filter.optional(),
    segment_id: z.string().regex(idPattern("segment"), "a segment id").optional(),
    list_id: z.string().regex(idPattern("list"), "a list id").optional(),
    ids: z.array(z.string().regex(idPattern("contact"), "a contact id")).min(1).max(MAX_IDS).optional(),
    fields: z.array(z.enum(FIELDS)).min(1).optional().meta({ description: "Of ndjson and json: only these members." }),
    csv: csv.default(csv.parse({})),
    only_marketable: z.boolean().optional().meta({ description: "Only contacts that may be mailed: an address that takes mail, and nobody who unsubscribed. Default: true for presets of tools that send e-mail." }),
  })
  .refine(({ filter: a, segment_id: b, list_id: c, ids: d }) => [a, b, c, d].filter((one) => one !== undefined).length <= 1, { path: ["filter"], message: "`filter`, `segment_id`, `list_id` or `ids`, one of them" })
  .refine(({ preset, format }) => preset === "generic" || format === "csv", { path: ["preset"], message: "a preset is a CSV" })
  .refine(({ fields, format }) => fields === undefined || format === "json" || format === "ndjson", { path: ["fields"], message: "of `json` and `ndjson` only" })
  .meta({ id: "ExportInput" });
export type ExportInput = z.output<typeof exportInput>;

export const result = z
  .strictObject({
    url: z.string().meta({ description: "The file, for whoever has the link, without a key: for 24 hours." }),
    url_expires_at: time,
    bytes: z.int(), rows: z.int(), sha256: z.string(),
    excluded: z.strictObject({ not_marketable: z.int(), restricted: z.int() }).meta({ description: "Contacts that were asked for and left out, and why." }),
    warnings: z.array(z.strictObject({ code: z.enum(["left_out", "cut_off"]), member: z.string(), contacts: z.int() })).meta({ description: "What the preset has no place for, and of how many contacts." }),
    events_cursor: z.string().meta({ description: "The moment that the file shows: whatever the event log has behind it, the file has not." }),
  })
  .meta({ id: "ExportResult" });

export const exportJson = z
  .strictObject({
    id: exportId,
    name: z.string(),
    state: z.enum(STATES),
    progress: z.number().min(0).max(1),
    settings: z.record(z.string(), z.unknown()),
    result: result.nullable(),
    job: z.string(),
    problem: z.strictObject({ code: z.string(), status: z.int(), title: z.string(), detail: z.string() }).nullable(),
    expires_at: time.meta({ description: "Until then the file is kept." }),
    version: z.int(),
    created_at: time,
    created_by: z.strictObject({ type: z.string(), id: z.string(), last4: z.string().optional() }),
  })
  .meta({ id: "Export" });
export type ExportJson = z.output<typeof exportJson>;

export const exportNotReady = problem({
  code: "export_not_ready", status: 409, title: "There is no file yet",
  cause: "The export is under way, was canceled, or failed.", cure: "`state` is the one that it is in; ask again once it is `completed`.", example: { state: "running" },
});
export const exportGone = problem({
  code: "export_gone", status: 410, title: "The file is gone",
  cause: "Files of exports are kept for 30 days, and go at once where somebody in them is erased; a link to one works for 24 hours.", cure: "Read the export for a new link, or make a new export.",
});
export const tooManyToStream = problem({
  code: "too_many_to_stream", status: 422, title: "Too many for one answer",
  cause: "More contacts match than one answer takes.", cure: "`POST /v1/exports` makes a file of any number of them.", example: { limit: 5_000 },
});
