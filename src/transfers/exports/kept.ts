// What rows keep of an export as JSON.
import * as z from "zod";
import type { ExportRead, ExportRow } from "./store";

const result = z.object({
  bytes: z.int(), rows: z.int(), sha256: z.string(), seq: z.int(), /** ms */ at: z.int(),
  excluded: z.object({ not_marketable: z.int(), restricted: z.int() }), warnings: z.record(z.string(), z.int()),
});
export const kept = ({ result: text }: ExportRow): z.output<typeof result> | null => (text === null ? null : result.parse(JSON.parse(text)));

const told = z.object({
  state: z.string(), counts: z.record(z.string(), z.int()), total: z.int().nullable(),
  problem: z.object({ code: z.string(), status: z.int(), title: z.string(), detail: z.string() }).nullable(),
});
export type Told = z.output<typeof told>;
/** A job that is gone after its 90 days has ended. */
export const jobTold = ({ job }: ExportRead): Told => (job === null ? { state: "completed", counts: {}, total: null, problem: null } : told.parse(JSON.parse(job)));
