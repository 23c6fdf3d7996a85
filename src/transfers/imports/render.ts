// From row to JSON. The state of an import is that of the job which works on it: nothing is kept twice, so nothing disagrees.
import * as z from "zod";
import { MINUTE, rfc3339 } from "../../platform/clock";
import type { Space } from "../../platform/context";
import { FORMATS } from "../formats/source";
import { KEPT_MS, type Reading } from "./objects";
import { importInput, STATES, type ImportCounts, type ImportInput, type ImportJson, type ImportState, type Mapping } from "./schema";
import type { ImportRead, ImportRow } from "./store";

const column = z.object({ column: z.string(), target: z.string().nullable(), confidence: z.number(), samples: z.array(z.string()) });
/** What the row keeps of its file. */
export const keptFile = z.object({
  bytes: z.int(), sha256: z.string(), uploaded_at: z.int(), format: z.enum(FORMATS), encoding: z.string(), gzip: z.boolean(), delimiter: z.string().nullable(),
  rows: z.int(), preset: z.string().nullable(), date_order: z.enum(["auto", "dmy", "mdy", "ymd"]), columns: z.array(column), sample: z.array(z.unknown()),
  /** The name of the reading whose objects hold the rows. */
  reading: z.string(),
  twin: z.string().nullable(),
});
export type KeptFile = z.output<typeof keptFile>;

export const fileOf = ({ file }: ImportRow): KeptFile | null => (file === null ? null : keptFile.parse(JSON.parse(file)));
export const settingsOf = ({ settings }: ImportRow): ImportInput => importInput.parse(JSON.parse(settings));
export const mappingOf = ({ mapping }: ImportRow): Mapping | null => (mapping === null ? null : JSON.parse(mapping));
export const readingOf = (space: Pick<Space, "id">, row: ImportRow, { reading }: KeptFile): Reading => ({ space, import: row.id, name: reading });

const told = z.object({
  state: z.string(), counts: z.record(z.string(), z.int()), ended_at: z.int().nullable(),
  problem: z.object({ code: z.string(), status: z.int(), title: z.string(), detail: z.string() }).nullable(),
});
type Told = z.output<typeof told>;
const toldOf = (text: string | null): Told | null => (text === null ? null : told.parse(JSON.parse(text)));

/** What a job's state is called, by the phase that it is for. */
const CALLED: Readonly<Record<"validate" | "run" | "revert", Readonly<Record<string, ImportState>>>> = {
  validate: { queued: "validating", running: "validating", paused: "paused", completed: "validated", completed_with_errors: "validated", failed: "failed", canceled: "ready" },
  run: { queued: "running", running: "running", paused: "paused", completed: "completed", completed_with_errors: "completed_with_errors", failed: "failed", canceled: "canceled" },
  revert: { queued: "reverting", running: "reverting", paused: "reverting", completed: "reverted", completed_with_errors: "reverted", failed: "failed", canceled: "failed" },
};

/** An upload that broke off leaves its import behind: after so long another may begin. */
const UPLOAD_MS = 10 * MINUTE;

export function stateOf(row: ImportRead, now: number): ImportState {
  const { phase } = row;
  if (phase === "awaiting_upload" || phase === "ready") return phase;
  if (phase === "analyzing") return now - row.updated_at > UPLOAD_MS ? "awaiting_upload" : phase;
  const job = jobOf(row);
  const state = CALLED[phase][job?.state ?? "failed"];
  return STATES.find((one) => one === state) ?? "failed";
}

/** Of the phase that the import is in. */
export const jobOf = (row: ImportRead): Told | null => toldOf(row.phase === "validate" ? row.validating : row.phase === "run" ? row.running : row.phase === "revert" ? row.reverting : null);
export const jobIdOf = (row: ImportRow): string | null => (row.phase === "validate" ? row.validate_job : row.phase === "run" ? row.run_job : row.phase === "revert" ? row.revert_job : null);

/** Whatever a job has counted, and the rows that it has not come to. */
function countsOf(rows: number, job: Told | null): ImportCounts {
  const of = (name: string): number => job?.counts[name] ?? 0;
  const done = { created: of("created"), updated: of("updated"), unchanged: of("unchanged"), skipped: of("skipped"), failed: of("failed") };
  return { rows, ...done, unprocessed: rows - Object.values(done).reduce((sum, n) => sum + n, 0) };
}

export function importOf(row: ImportRead, now: number): ImportJson {
  const file = fileOf(row);
  const settings = settingsOf(row);
  const rows = file?.rows ?? 0;
  const [validation, run, revert] = [toldOf(row.validating), toldOf(row.running), toldOf(row.reverting)];
  const job = jobOf(row);
  const done = Object.values(job?.counts ?? {}).reduce((sum, n) => sum + n, 0);
  const kept = row.files_gone_at === null;
  return {
    id: row.id,
    name: settings.name ?? "Import",
    state: stateOf(row, now),
    progress: job === null ? 0 : rows === 0 || job.ended_at !== null ? 1 : Math.min(1, done / rows),
    counts: countsOf(rows, run),
    validation: validation === null || validation.ended_at === null || validation.state === "canceled" ? null : countsOf(rows, validation),
    file: file && { ...fileJson(file), columns: file.columns.map((one) => ({ ...one, target: mappingOf(row)?.[one.column] ?? null })) },
    settings,
    mapping: mappingOf(row),
    warnings: file?.twin ? [{ code: "same_file", message: "This very file was imported before.", import_id: file.twin }] : [],
    reverted: revert?.counts ?? null,
    job: jobIdOf(row),
    problem: job?.problem ?? null,
    undo_until: run === null || !kept ? null : rfc3339(row.created_at + KEPT_MS),
    version: row.version,
    created_at: rfc3339(row.created_at),
    updated_at: rfc3339(row.updated_at),
    created_by: JSON.parse(row.actor),
  };
}

function fileJson(kept: KeptFile) {
  const { reading: _, twin: __, date_order: ___, uploaded_at: at, ...file } = kept;
  return { ...file, uploaded_at: rfc3339(at) };
}
