// A field made into another with all the values that contacts have: first counted, and refused while a value would be lost,
// then carried out by a job. From the count on nobody else sets a value of it, so what was counted is what is found.
import { converted, WAYS } from "../../fields/conversion";
import { checkDefinition } from "../../fields/definition";
import { checkSettled, filterableOf, find, settledOf } from "../../fields/fields";
import { conversionFails, type FieldConversion, type FieldSurvey } from "../../fields/conversion-schema";
import { tooManyFields, type Definition } from "../../fields/schema";
import * as fields from "../../fields/store";
import { planStart } from "../../jobs/jobs";
import { nudge, type JobRef } from "../../jobs/nudge";
import type { Job } from "../../jobs/schema";
import { readJob } from "../../jobs/store";
import { MINUTE, now as clock } from "../../platform/clock";
import { commit } from "../../platform/commit";
import { checkIfMatch } from "../../platform/conditions";
import type { SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { changeIn } from "../../platform/events";
import { busy, invalid } from "../../platform/problems";
import { conversionKind, passageTo } from "./kind";
import { survey } from "./survey";

/** How long a survey keeps others from setting values, should it die. */
const SURVEY_MS = 5 * MINUTE;

/** The job (202), or for a dry run what it would do (200). Throws `conversion_fails`, `field_converting`, `too_many_fields` (409), 404, 422. */
export async function convert(ctx: SpaceCtx, id: string, wanted: FieldConversion): Promise<Reply<Job | FieldSurvey>> {
  const before = await find(ctx, id);
  checkIfMatch(ctx, before.version);
  await checkFree(ctx, before);
  const converting = await targetOf(ctx, before, wanted);
  const counted = async (): Promise<FieldSurvey> =>
    survey(ctx, { key: before.key, passage: await passageTo(converting.to, converting.from), unique: converting.to.unique, onFailure: converting.on_failure });
  if (ctx.dryRun) return { status: 200, body: await counted() };
  const announced = await announce(ctx, before, converting);
  try {
    const found = await counted();
    if (found.refused) throw conversionFails(`${found.failing} values do not convert, ${found.duplicates} are not unique.`, { ...found });
    return await start(ctx, announced, converting, found.values);
  } catch (error) {
    await withdraw(ctx, announced, before);
    throw error;
  }
}

/** One whose job was canceled or failed can be converted anew. Throws `field_converting` (409). */
async function checkFree(ctx: SpaceCtx, row: fields.FieldRow): Promise<void> {
  const job = fields.definitionOf(row).converting?.job ?? null;
  const ended = job !== null && (await readJob(ctx.db.data, { org: ctx.org, job }))?.ended_at !== null;
  if (!ended) checkSettled(row);
}

/** What the field is to be. Throws 422. */
async function targetOf(ctx: SpaceCtx, row: fields.FieldRow, wanted: FieldConversion): Promise<fields.Converting> {
  const was = settledOf(row);
  const { converting: halfway } = fields.definitionOf(row);
  const { type = was.type, on_failure: onFailure } = wanted;
  const from = [...new Set([was.type, ...(halfway?.job ? [...halfway.from, halfway.to.type] : [])])];
  if (!WAYS[was.type][type]) throw invalid([{ pointer: "/type", code: "invalid_conversion", message: `a ${was.type} can become ${Object.keys(WAYS[was.type]).join(", ")}` }]);
  if (was.required && onFailure === "clear") throw invalid([{ pointer: "/on_failure", code: "not_applicable", message: "no contact can be without a required field" }]);
  const same = type === was.type;
  const { unique = was.unique, filterable = type !== "long_text" && was.filterable } = wanted;
  const { min = same ? was.min : null, max = same ? was.max : null, pattern = same ? was.pattern : null, options = isChoice(type) ? was.options : null } = wanted;
  const to: Definition = { ...was, type, unique, filterable, min, max, pattern, options, default: null };
  await checkDefinition(to, ctx.space.defaultCountry);
  const whole = { ...to, default: "default" in wanted ? (wanted.default ?? null) : await defaultOf(ctx, was, to) };
  await checkDefinition(whole, ctx.space.defaultCountry);
  return { to: whole, from, on_failure: onFailure, phase: "surveying", job: null, until: clock() + SURVEY_MS };
}

const isChoice = (type: Definition["type"]): boolean => type === "select" || type === "multi_select";

async function defaultOf(ctx: SpaceCtx, was: Definition, to: Definition): Promise<unknown> {
  if (was.default === null) return null;
  const { to: rules, from } = await passageTo(to, [was.type]);
  const read = converted({ to: rules, from }, was.default, ctx.space.defaultCountry);
  if ("code" in read) throw invalid([{ pointer: "/default", code: read.code, message: `the field's own does not convert: ${read.message}` }]);
  return read.value;
}

/** From now on nobody else sets its values; of what was left half converted that is so already. */
async function announce(ctx: SpaceCtx, before: fields.FieldRow, converting: fields.Converting): Promise<fields.FieldRow> {
  const stored = fields.definitionOf(before);
  if (stored.converting?.job) return before;
  const row = { ...before, definition: JSON.stringify({ ...settledOf(before), converting }) };
  await rewrite(ctx, before, row);
  return row;
}

async function withdraw(ctx: SpaceCtx, announced: fields.FieldRow, before: fields.FieldRow): Promise<void> {
  if (announced === before) return;
  const now = await fields.readField(ctx, before.id);
  if (now?.definition === announced.definition) await rewrite(ctx, announced, { ...now, definition: JSON.stringify(settledOf(before)) });
}

/** The definition alone: nothing that anybody is told of. Throws `field_converting` (409) when it is another one by now. */
const rewrite = (ctx: SpaceCtx, from: fields.FieldRow, to: fields.FieldRow) =>
  commit({ ...ctx, idempotency: null }, ctx.db.data, async (attempt) => {
    if (attempt > 0) await checkAsRead(ctx, from);
    return { reply: { status: 204 }, guards: [fields.definedAs(from)], writes: [fields.updateField(ctx.space, to), fields.raiseRevision(ctx.space)], events: [] };
  });

async function checkAsRead(ctx: SpaceCtx, read: fields.FieldRow): Promise<void> {
  const now = await find(ctx, read.id);
  checkIfMatch(ctx, now.version);
  if (now.definition === read.definition) return;
  checkSettled(now);
  throw busy("The field was changed meanwhile.", {}, { "Retry-After": "1" });
}

async function start(ctx: SpaceCtx, announced: fields.FieldRow, converting: fields.Converting, values: number): Promise<Reply<Job>> {
  let nudged: JobRef | null = null;
  const reply = await commit(ctx, ctx.db.data, async (attempt) => {
    if (attempt > 0) await checkAsRead(ctx, announced);
    if (clock() > converting.until) throw busy("Counting the values took too long.", {}, { "Retry-After": "1" });
    const { rows } = await fields.readAll(ctx);
    if (converting.to.filterable && filterableOf(rows.filter(({ id }) => id !== announced.id)).length >= fields.MAX_FILTERABLE) {
      throw tooManyFields("The space has as many filterable fields as it can.", { limit: fields.MAX_FILTERABLE });
    }
    const { plan, ref } = planStart(ctx, conversionKind, { id: announced.id, key: announced.key }, values);
    nudged = ref;
    const row = { ...announced, version: announced.version + 1, updated_at: ctx.now, definition: JSON.stringify({ ...settledOf(announced), converting: { ...converting, phase: "rewriting", job: ref.job } }) };
    const { type, unique, filterable } = converting.to;
    return {
      ...plan,
      guards: [fields.definedAs(announced)],
      writes: [...plan.writes, fields.updateField(ctx.space, row), fields.raiseRevision(ctx.space)],
      events: [{ ...changeIn(ctx.space, "field.converting", row, {}), data: { job: ref.job, type, unique, filterable, on_failure: converting.on_failure } }, ...plan.events],
    };
  });
  if (nudged !== null) ctx.defer(nudge(ctx.env, nudged));
  return reply;
}
