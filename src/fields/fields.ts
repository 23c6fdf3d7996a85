// Custom fields: made, changed, archived. A rule that contacts would break is refused with their count.
import { now as clock, rfc3339 } from "../platform/clock";
import { commit, type Plan } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { DataCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { changeIn, diff, type Changes } from "../platform/events";
import { newId } from "../platform/id";
import { sameJson } from "../platform/json";
import { decodeCursor, encodeCursor, questionOf, type PageAsked } from "../platform/page";
import { notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import { breakersOf, tightens, type Breakers } from "./check";
import { checkDefinition } from "./definition";
import { BUILT_IN, OPERATORS_OF } from "./operators";
import { conversionOf } from "./registry";
import { fieldConverting } from "./conversion-schema";
import { FIELD_READ_ONLY, fieldExists, fieldInUse, tooManyFields, type Definition, type FieldInput, type FieldJson, type FieldPatch } from "./schema";
import * as store from "./store";

type FieldPlan = Plan<"data", FieldJson>;

export const create = (ctx: DataCtx, { key, ...input }: FieldInput): Promise<Reply<FieldJson>> =>
  commit(ctx, ctx.db.data, async (): Promise<FieldPlan> => {
    const definition: Definition = { ...input, label: input.label ?? key, default: input.default ?? null, filterable: input.filterable ?? input.type !== "long_text" };
    await checkDefinition(definition, ctx.space.defaultCountry);
    const { revision, rows } = await store.readAll(ctx);
    const taken = rows.find((row) => row.key === key);
    if (taken) throw fieldExists(`The field \`${key}\` exists.`, { existing_id: taken.id });
    if (rows.length >= store.MAX_FIELDS) throw tooManyFields("The space has as many fields as it can.", { limit: store.MAX_FIELDS });
    if (definition.filterable && filterableOf(rows).length >= store.MAX_FILTERABLE) {
      throw tooManyFields("The space has as many filterable fields as it can.", { limit: store.MAX_FILTERABLE });
    }
    if (definition.required) refuse(await breakersOf(ctx, key, definition));
    const row = { id: newId("field", ctx.now), key, version: 1, definition: JSON.stringify(definition), created_at: ctx.now, updated_at: ctx.now, archived_at: null, removing: null };
    return {
      reply: { status: 201, headers: { ETag: etag(1), Location: `/v1/fields/${row.id}` }, body: fieldJson(row) },
      guards: [store.atRevision(ctx.space, revision)],
      writes: [store.insertField(ctx.space, row), store.raiseRevision(ctx.space)],
      events: [changeIn(ctx.space, "field.created", row, diff({}, { key, ...definition }, sameJson))],
    };
  });

/** Those that have an index, or are getting one. */
export const filterableOf = (rows: readonly store.FieldRow[]): readonly store.FieldRow[] =>
  rows.filter((row) => [store.definitionOf(row), store.definitionOf(row).converting?.to].some((one) => one?.filterable));

export async function read(ctx: DataCtx, id: string): Promise<Reply<FieldJson>> {
  const row = await find(ctx, id);
  return { status: 200, headers: { ETag: etag(row.version) }, body: fieldJson(row) };
}

/** A page of the space's own fields; the first one also tells of those that every contact has. */
export async function list(ctx: DataCtx, { limit, cursor }: PageAsked) {
  const question = questionOf(["fields", ctx.space.id]);
  const [after = ""] = cursor === undefined ? [] : decodeCursor(cursor, question, ["string"]);
  const rows = (await store.readAll(ctx)).rows.filter(({ id, removing }) => removing === null && id > String(after));
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const builtIn = Object.entries(BUILT_IN).map(([name, type]) => ({ name, type, operators: [...OPERATORS_OF[type]] }));
  return {
    status: 200,
    body: { data: page.map(fieldJson), page: { next_cursor: last ? encodeCursor(question, [last.id]) : null, limit }, ...(cursor === undefined ? { built_in: builtIn } : {}) },
  };
}

/**
 * A tightened rule counts for new values at once, beside the old one; then the stored ones are checked. What breaks it:
 * 409 `field_in_use` with the count, and the old rule alone counts again.
 */
export async function update(ctx: DataCtx, id: string, patch: FieldPatch): Promise<Reply<FieldJson>> {
  const before = await find(ctx, id);
  checkIfMatch(ctx, before.version);
  const [was, now] = await changed(ctx, before, patch);
  if (tightens(was, now)) {
    const step = (which: "announce" | "withdraw") => (ctx.dryRun ? null : commit({ ...ctx, idempotency: null }, ctx.db.data, () => planUpdate(ctx, id, patch, which)));
    await step("announce");
    const breakers = await breakersOf(ctx, before.key, now);
    if (breakers.count > 0) await step("withdraw");
    refuse(breakers);
  }
  return commit(ctx, ctx.db.data, () => planUpdate(ctx, id, patch, "settle"));
}

async function planUpdate(ctx: DataCtx, id: string, patch: FieldPatch, step: "announce" | "withdraw" | "settle"): Promise<FieldPlan> {
  const before = await find(ctx, id);
  if (step === "settle") checkIfMatch(ctx, before.version);
  const [was, now, archivedAt] = await changed(ctx, before, patch);
  const stored: store.Stored = step === "settle" ? now : step === "announce" ? { ...was, pending: now } : was;
  const changes = { ...diff({ ...was }, { ...now }, sameJson), ...archiving(before.archived_at, archivedAt) };
  if (step === "settle" && Object.keys(changes).length === 0) return { reply: replyOf(before), writes: [], events: [] };
  const settled = step === "settle" ? { version: before.version + 1, updated_at: ctx.now, archived_at: archivedAt } : {};
  const row = { ...before, ...settled, definition: JSON.stringify(stored) };
  const guard = { database: "data" as const, sql: "SELECT version = ? AND definition = ? FROM fields WHERE id = ?", params: [before.version, before.definition, id] };
  return {
    reply: replyOf(row),
    guards: [guard],
    writes: [store.updateField(ctx.space, row), store.raiseRevision(ctx.space)],
    events: step === "settle" ? [changeIn(ctx.space, archivedAt === before.archived_at ? "field.updated" : archivedAt === null ? "field.restored" : "field.archived", row, changes)] : [],
  };
}

const archiving = (from: number | null, to: number | null): Changes => (from === to ? {} : { archived_at: { from: from && rfc3339(from), to: to && rfc3339(to) } });

/** The definition before and after, and since when it is archived then. Throws 422 for what can't be. */
async function changed(ctx: DataCtx, row: store.FieldRow, patch: FieldPatch): Promise<[Definition, Definition, number | null]> {
  checkReadOnly(patch, fieldJson(row), FIELD_READ_ONLY);
  checkSettled(row);
  const was = settledOf(row);
  const { label = was.label, description = was.description, required = was.required, min = was.min, max = was.max, pattern = was.pattern, options = was.options } = patch;
  const now = { ...was, label, description, required, min, max, pattern, options, default: "default" in patch ? (patch.default ?? null) : was.default };
  await checkDefinition(now, ctx.space.defaultCountry);
  const archivedAt = patch.archived_at === undefined ? row.archived_at : patch.archived_at === null ? null : (row.archived_at ?? ctx.now);
  return [was, now, archivedAt];
}

/** Throws `field_in_use` (409) where there are any. */
function refuse({ count, examples }: Breakers): void {
  if (count > 0) throw fieldInUse(`${count} contacts would break the rule.`, { count, examples });
}

export async function find(ctx: DataCtx, id: string): Promise<store.FieldRow> {
  const row = await store.readField(ctx, id);
  if (!row) throw notFound("No such field.");
  return row;
}

/** Throws `field_converting` (409) while it is. */
export function checkSettled(row: store.FieldRow): void {
  const converting = conversionOf(store.definitionOf(row), clock());
  if (converting) throw fieldConverting(`The field \`${row.key}\` is being converted.`, { field: `custom.${row.key}`, job_id: converting.job }, { "Retry-After": "5" });
}

/** What it is, without what it may become. */
export function settledOf(row: Pick<store.FieldRow, "definition">): Definition {
  const { pending: _, converting: __, ...definition } = store.definitionOf(row);
  return definition;
}

const replyOf = (row: store.FieldRow): Reply<FieldJson> => ({ status: 200, headers: { ETag: etag(row.version) }, body: fieldJson(row) });

function fieldJson(row: store.FieldRow): FieldJson {
  const definition = settledOf(row);
  const { converting } = store.definitionOf(row);
  return {
    id: row.id,
    key: row.key,
    name: `custom.${row.key}`,
    ...definition,
    options: definition.options === null ? null : definition.options.map((one) => ({ ...one })),
    operators: [...OPERATORS_OF[definition.type]],
    converting: converting?.job ? { job_id: converting.job, type: converting.to.type, unique: converting.to.unique, filterable: converting.to.filterable } : null,
    version: row.version,
    created_at: rfc3339(row.created_at),
    updated_at: rfc3339(row.updated_at),
    archived_at: row.archived_at === null ? null : rfc3339(row.archived_at),
  };
}
