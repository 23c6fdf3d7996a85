// Batches on the wire.
import * as z from "zod";
import { idPattern } from "../../platform/id";
import { problem } from "../../platform/problem";
import { contactPatch } from "../schema";

export const MAX_OPERATIONS = 500;
export const BATCH_BYTES = 4_000_000;

export const OPS = ["create", "update", "upsert", "archive", "restore", "delete", "tag", "untag"] as const;
export type Op = (typeof OPS)[number];

const id = z.string().regex(idPattern("contact"), "a contact id");
const matchName = z.string().regex(/^(?:email|phone|external_id\.[a-z0-9_]{1,50}|custom\.[a-z][a-z0-9_]{0,49})$/, "`email`, `phone`, `external_id.<name>` or `custom.<key>`");

export const operation = z
  .strictObject({
    ref: z.string().max(200).optional().meta({ description: "The caller's name for it; comes back with the result." }),
    op: z.enum(OPS),
    id: id.optional(),
    match: z
      .union([matchName, z.record(matchName, z.union([z.string().max(1_000), z.number()])).refine((values) => Object.keys(values).length === 1, "one value to match by")])
      .optional()
      .meta({ description: "What the contact is found by instead of `id`: a name whose value stands in `data`, or `{name: value}`. `upsert` without it matches by external ids, then e-mail addresses, then phones." }),
    if_version: z.int().min(1).optional().meta({ description: "Only at this version." }),
    data: contactPatch.optional().meta({ description: "The contact or patch; of `tag` and `untag` its `tags`." }),
  })
  .refine(({ op, id: given, match }) => op === "create" || op === "upsert" || (given === undefined) !== (match === undefined), { path: ["id"], message: "`id` or `match`, one of them" })
  .refine(({ op, id: given, match }) => !(op === "create" && (given !== undefined || match !== undefined)) && !(op === "upsert" && given !== undefined), { path: ["id"], message: "not of this operation" })
  .refine(({ op, data }) => data !== undefined || !(op === "create" || op === "update" || op === "upsert"), { path: ["data"], message: "is required" })
  .refine(({ op, data }) => !(op === "tag" || op === "untag") || (Array.isArray(data?.tags) && data.tags.length > 0 && Object.keys(data).length === 1), { path: ["data"], message: "`{tags: [\u2026]}`" })
  .refine(({ op, data }) => !(op === "archive" || op === "restore" || op === "delete") || data === undefined, { path: ["data"], message: "not of this operation" })
  .meta({ id: "BatchOperation" });
export type Operation = z.output<typeof operation>;

export const batch = z
  .strictObject({
    atomic: z.boolean().default(false).meta({ description: "All or none." }),
    // What is no operation costs only itself.
    operations: z.array(z.union([operation, z.record(z.string(), z.unknown())])).min(1).max(MAX_OPERATIONS),
  })
  .meta({ id: "Batch" });
export type Batch = z.output<typeof batch>;

const place = { index: z.int(), ref: z.string().nullable() };
export const result = z
  .union([
    z.strictObject({
      ...place,
      status: z.union([z.literal(200), z.literal(201), z.literal(204)]),
      action: z.enum(["created", "updated", "unchanged", "archived", "restored", "deleted"]),
      id,
      version: z.int(),
    }),
    z.strictObject({ ...place, status: z.int(), error: z.looseObject({ code: z.string() }), retryable: z.boolean().meta({ description: "The same operation may succeed later as it is." }) }),
  ])
  .meta({ id: "BatchResult" });
export type Result = z.output<typeof result>;

export const summary = z.partialRecord(z.enum(["created", "updated", "unchanged", "archived", "restored", "deleted", "failed"]), z.int()).meta({ id: "BatchSummary" });
export type Summary = z.output<typeof summary>;

export const answer = z.strictObject({ results: z.array(result).meta({ description: "One per operation, in order." }), summary });
export type Answer = z.output<typeof answer>;

export const duplicateInBatch = problem({
  code: "duplicate_in_batch",
  status: 409,
  title: "Twice in one batch",
  cause: "An earlier operation of the same batch is of the same contact, or took the same e-mail address or external id.",
  cure: "Put both into one operation, or send this one in a later batch. `first_index` is the earlier one.",
  example: { first_index: 0 },
});
export const batchFailed = problem({
  code: "batch_failed",
  status: 422,
  title: "The batch was not carried out",
  cause: "With `atomic` one operation that fails keeps back all others. Nothing was written.",
  cure: "`results` has what is wrong with each; mend those and send the batch again.",
  example: { results: [{ index: 0, ref: null, status: 409, error: { code: "contact_exists" }, retryable: false }], summary: { failed: 1 } },
});
