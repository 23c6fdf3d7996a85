// Imports on the wire, and what can be wrong with them.
import * as z from "zod";
import { idPattern } from "../../platform/id";
import { problem } from "../../platform/problem";
import { time } from "../../platform/validate";
import { FORMATS } from "../formats/source";

export const STATES = [
  "awaiting_upload", "analyzing", "ready", "validating", "validated", "running", "paused", "completed", "completed_with_errors", "failed", "canceled", "reverting", "reverted",
] as const;
export type ImportState = (typeof STATES)[number];

export const importId = z.string().regex(idPattern("import"), "an import id");
const matchName = z.string().regex(/^(?:email|phone|external_id|external_id\.[a-z0-9_]{1,50}|custom\.[a-z][a-z0-9_]{0,49})$/, "`external_id`, `email`, `phone`, `external_id.<name>` or `custom.<key>`");
const DELIMITERS = [",", ";", "\t", "|"] as const;

const options = {
  name: z.string().trim().min(1).max(200).optional().meta({ description: "A name for people; by default that of the file's format and day." }),
  mode: z.enum(["create", "update", "upsert"]).default("upsert").meta({ description: "`create` passes over rows whose contact exists, `update` over those whose contact does not." }),
  match_on: z.array(matchName).min(1).max(5).default(["external_id", "email", "phone"]).meta({ description: "What a row's contact is found by, in turn: the first that finds one." }),
  empty_cells: z.enum(["ignore", "clear"]).default("ignore").meta({ description: "What an empty cell does to a contact that exists: nothing, or it empties the field." }),
  unknown_columns: z.enum(["ignore", "custom_field", "error"]).default("ignore").meta({ description: "Columns without a target: left out, made custom fields of type text at the start, or refused at the start." }),
  default_country: z.string().regex(/^[A-Z]{2}$/, "an ISO 3166-1 alpha-2 code").optional().meta({ description: "Of phones that are written nationally; by default the location's." }),
  date_order: z.enum(["auto", "dmy", "mdy", "ymd"]).default("auto").meta({ description: "Of dates such as 03/04/1980; `auto` takes the preset's, else only what can be one date alone." }),
  tags: z.array(z.string().min(1).max(100)).max(20).default([]).meta({ description: "Tags that every contact of the file gets." }),
  list_id: z.string().regex(idPattern("list"), "a list id").optional().meta({ description: "A list that every contact of the file is put in." }),
};
const reading = {
  format: z.enum(["auto", ...FORMATS]).default("auto"),
  encoding: z.string().max(40).optional().meta({ description: "As the Encoding Standard names it, where it should not be found out." }),
  delimiter: z.enum(DELIMITERS).optional().meta({ description: "Of CSV, where it should not be found out." }),
};

export const settings = { ...reading, ...options };
export const importInput = z.strictObject(settings).meta({ id: "ImportInput" });
export type ImportInput = z.output<typeof importInput>;

/** Column → target, or null for one that is left out. */
export const mapping = z.record(z.string().max(1_000), z.string().max(200).nullable()).meta({ id: "ImportMapping", description: "Column → target; null leaves it out. `GET /v1/imports/targets` lists the targets." });
export type Mapping = z.output<typeof mapping>;

const undefaulted = <Shape extends z.core.$ZodShape>(shape: Shape) => z.strictObject(shape).partial();
export const importPatch = undefaulted({
  mapping,
  format: z.enum(["auto", ...FORMATS]), encoding: z.string().max(40).nullable(), delimiter: z.enum(DELIMITERS).nullable(),
  name: options.name.unwrap(), mode: options.mode.unwrap(), match_on: options.match_on.unwrap(), empty_cells: options.empty_cells.unwrap(), unknown_columns: options.unknown_columns.unwrap(),
  default_country: options.default_country.unwrap().nullable(), date_order: options.date_order.unwrap(), tags: options.tags.unwrap(), list_id: options.list_id.unwrap().nullable(),
}).meta({ id: "ImportPatch" });
export type ImportPatch = z.output<typeof importPatch>;

export const counts = z
  .strictObject({ rows: z.int(), created: z.int(), updated: z.int(), unchanged: z.int(), skipped: z.int(), failed: z.int(), unprocessed: z.int() })
  .meta({ id: "ImportCounts", description: "`rows` is the sum of all others, at any moment." });
export type ImportCounts = z.output<typeof counts>;

const column = z.strictObject({
  column: z.string(),
  target: z.string().nullable(),
  confidence: z.number().min(0).max(1).meta({ description: "1: the header of a tool that is known, or set by you." }),
  samples: z.array(z.string()).meta({ description: "Up to three different values." }),
});

export const file = z
  .strictObject({
    bytes: z.int(), sha256: z.string(), uploaded_at: time,
    format: z.enum(FORMATS), encoding: z.string(), gzip: z.boolean(), delimiter: z.string().nullable(),
    rows: z.int(),
    preset: z.string().nullable().meta({ description: "The tool whose export it is, where its header says so." }),
    columns: z.array(column).meta({ description: "With the mapping that is set or suggested. Of vCard none: its properties say what they are." }),
    sample: z.array(z.unknown()).meta({ description: "The first rows as they were read." }),
  })
  .meta({ id: "ImportFile" });

export const importJson = z
  .strictObject({
    id: importId,
    name: z.string(),
    state: z.enum(STATES),
    progress: z.number().min(0).max(1),
    counts,
    validation: counts.nullable().meta({ description: "What the last dry run found that the rows would come to." }),
    file: file.nullable(),
    settings: importInput,
    mapping: mapping.nullable(),
    warnings: z.array(z.strictObject({ code: z.string(), message: z.string(), import_id: z.string().optional() })),
    reverted: z.record(z.string(), z.int()).nullable().meta({ description: "What an undo came to, in rows: `reverted`, `conflicts`, `untouched`." }),
    job: z.string().nullable().meta({ description: "The job that works on it, or did last." }),
    problem: z.strictObject({ code: z.string(), status: z.int(), title: z.string(), detail: z.string() }).nullable(),
    undo_until: time.nullable().meta({ description: "Until then it can be undone, and its files are kept." }),
    version: z.int(),
    created_at: time,
    updated_at: time,
    created_by: z.strictObject({ type: z.string(), id: z.string(), last4: z.string().optional() }),
  })
  .meta({ id: "Import" });
export type ImportJson = z.output<typeof importJson>;

export const rowError = z
  .strictObject({ row: z.int(), column: z.string().nullable(), code: z.string(), value: z.string().nullable(), message: z.string() })
  .meta({ id: "ImportError", description: "`row` counts the records of the file from 1; a header is none." });

export type RowError = z.output<typeof rowError>;

export const importStateConflict = problem({
  code: "import_state_conflict", status: 409, title: "Not in this state",
  cause: "The import is in a state that this can't be done in: it has no file yet, is under way, or has ended.",
  cure: "`state` is the one that it is in.",
  example: { state: "running" },
});
export const fileUnreadable = problem({
  code: "file_unreadable", status: 422, title: "The file can't be read",
  cause: "It is no text, is cut off, is too large once unpacked, or is not of the format that was asked for. Nothing of it was kept.",
  cure: "`reason` says what is wrong with it. Mend it and upload it again, to the same import.",
  example: { reason: "truncated_file" },
});
export const mappingInvalid = problem({
  code: "mapping_invalid", status: 422, title: "The mapping can't be used",
  cause: "It names a column that the file has not, a target that there is not, or two columns for what can be one only; or no column says who a row is about.",
  cure: "`errors` names each column. `GET /v1/imports/targets` lists the targets.",
  example: { errors: [{ pointer: "/mapping/Mail", code: "unknown_target", message: "no such target" }] },
});
export const undoExpired = problem({
  code: "undo_expired", status: 409, title: "Too late to undo",
  cause: "An import can be undone for 30 days; what it would be undone by is gone.",
  cure: "Change the contacts themselves: `GET /v1/contacts/{id}/history` tells what they were.",
});
export const fileGone = problem({
  code: "file_gone", status: 410, title: "The file is gone",
  cause: "Files of imports are kept for 30 days, and go at once where somebody in them is erased.",
  cure: "Upload it again, as a new import.",
});
