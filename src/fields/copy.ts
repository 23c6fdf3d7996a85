// The fields of one location made in another: as they are defined, without anybody's values. What can't be is told field by
// field, and what is there already is left alone, so that a copy can be made again.
import { reaches } from "../orgs/reach";
import { spaceOf } from "../orgs/orgs";
import { now as clock } from "../platform/clock";
import { commit, type Plan } from "../platform/commit";
import type { Space, SpaceCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { changeIn, diff } from "../platform/events";
import { newId } from "../platform/id";
import { sameJson } from "../platform/json";
import type { Problem } from "../platform/problem";
import { invalid, notFound } from "../platform/problems";
import { breakersOf } from "./check";
import { filterableOf, settledOf } from "./fields";
import { conversionOf } from "./registry";
import { fieldConverting } from "./conversion-schema";
import type { FieldCopies, FieldCopy } from "./copy-schema";
import { fieldExists, fieldInUse, tooManyFields } from "./schema";
import * as store from "./store";

type Result = FieldCopies["results"][number];

/** 200, or 207 where some were refused. Throws 404 for a location that the caller does not reach, 422 for a key that it has not. */
export async function copy(ctx: SpaceCtx, { from, keys }: FieldCopy): Promise<Reply<FieldCopies>> {
  const source = await sourceOf(ctx, from);
  return commit(ctx, ctx.db.data, async (): Promise<Plan<"data", FieldCopies>> => {
    const wanted = chosen((await store.readAll({ db: ctx.db, space: source })).rows, keys);
    const { revision, rows: there } = await store.readAll(ctx);
    const judge = await judgeOf(ctx, there, wanted);
    const judged = wanted.map((row) => ({ row, ...judge(row) }));
    const made = judged.flatMap(({ row, made: id }) => (id === null ? [] : [newRow(row, id, ctx.now)]));
    const results = judged.map(({ result }) => result);
    const tally = (outcome: Result["outcome"]): number => results.filter((one) => one.outcome === outcome).length;
    const summary = { created: tally("created"), unchanged: tally("unchanged"), refused: tally("refused") };
    return {
      reply: { status: summary.refused > 0 ? 207 : 200, body: { results, summary } },
      guards: [store.atRevision(ctx.space, revision)],
      writes: made.length === 0 ? [] : [...store.insertFields(ctx.space, made), store.raiseRevision(ctx.space)],
      events: made.map((row) => changeIn(ctx.space, "field.created", row, diff({}, { key: row.key, ...settledOf(row) }, sameJson))),
    };
  });
}

/** The space of the same environment. */
async function sourceOf(ctx: SpaceCtx, location: string): Promise<Space> {
  if (location === ctx.space.location) throw invalid([{ pointer: "/from", code: "invalid_value", message: "another location than the one that is copied to" }]);
  const space = reaches(ctx.principal, location) ? await spaceOf(ctx, ctx.org, location, ctx.space.environment) : null;
  if (!space) throw notFound("No such location within the reach of this caller.");
  return space;
}

function chosen(rows: readonly store.FieldRow[], keys: readonly string[] | undefined): readonly store.FieldRow[] {
  const living = rows.filter(({ removing }) => removing === null);
  if (keys === undefined) return living.filter(({ archived_at: archived }) => archived === null);
  const faults = keys.flatMap((key, i) => (living.some((row) => row.key === key) ? [] : [{ pointer: `/keys/${i}`, code: "unknown_field", message: "the location has no such field" }]));
  if (faults.length > 0) throw invalid(faults);
  return living.filter(({ key }) => keys.includes(key));
}

interface Judged {
  readonly result: Result;
  /** Id of the field that is made. */
  readonly made: string | null;
}

/** Takes one field after the other, and counts what they take up. */
async function judgeOf(ctx: SpaceCtx, there: readonly store.FieldRow[], wanted: readonly store.FieldRow[]): Promise<(row: store.FieldRow) => Judged> {
  const required = wanted.find((row) => settledOf(row).required && !there.some(({ key }) => key === row.key));
  // A field that there is not is lacking in all alike.
  const lacking = required ? await breakersOf(ctx, required.key, settledOf(required)) : null;
  let [all, filterable] = [there.length, filterableOf(there).length];

  function refusal(row: store.FieldRow, twin: store.FieldRow | undefined): Problem | null {
    const definition = settledOf(row);
    if (conversionOf(store.definitionOf(row), clock())) return fieldConverting(`The field \`${row.key}\` is being converted there.`);
    if (twin) return fieldExists(twin.removing === null ? `The location has another field \`${row.key}\`.` : `The values of an older field \`${row.key}\` are still being taken off.`);
    if (all >= store.MAX_FIELDS) return tooManyFields("The location has as many fields as it can.");
    if (definition.filterable && filterable >= store.MAX_FILTERABLE) return tooManyFields("The location has as many filterable fields as it can.");
    return definition.required && lacking && lacking.count > 0 ? fieldInUse(`${lacking.count} contacts would lack it.`) : null;
  }

  return (row) => {
    const twin = there.find(({ key }) => key === row.key);
    if (twin?.removing === null && twin.archived_at === null && sameJson(settledOf(twin), settledOf(row))) {
      return { result: { key: row.key, outcome: "unchanged", field_id: twin.id, problem: null }, made: null };
    }
    const problem = refusal(row, twin);
    if (problem) {
      const { code, status, of, message: detail } = problem;
      return { result: { key: row.key, outcome: "refused", field_id: twin?.removing === null ? twin.id : null, problem: { code, status, title: of.title, detail } }, made: null };
    }
    const id = newId("field", ctx.now);
    all += 1;
    filterable += settledOf(row).filterable ? 1 : 0;
    return { result: { key: row.key, outcome: "created", field_id: id, problem: null }, made: id };
  };
}

const newRow = (row: store.FieldRow, id: string, now: number): store.FieldRow => ({
  id, key: row.key, version: 1, definition: JSON.stringify(settledOf(row)), created_at: now, updated_at: now, archived_at: null, removing: null,
});
