// The rows of a slice: read, mapped, judged, and told of. A dry run and the real one differ only in what they leave behind.
import { recordImported, restricted } from "../../consents/imported";
import { planned } from "../../contacts/contacts";
import { contactPatch, type Document } from "../../contacts/schema";
import { unrestricted } from "../../contacts/store";
import { registryOf, type Registry } from "../../fields/registry";
import type { Counts, Slice, SliceCtx } from "../../jobs/kind";
import { isThere } from "../../lists/store";
import { Problem } from "../../platform/problem";
import type { Statement } from "../../platform/sql";
import { checkBody } from "../../platform/validate";
import { tagKey } from "../../tags/tags";
import { mapperOf, type MappedRow } from "./mapper";
import { rowsFrom } from "./objects";
import { fileOf, readingOf, settingsOf } from "./render";
import { decided, known, type Decided, type Known, type Outcome } from "./rows";
import { fileGone, type ImportInput } from "./schema";
import { keepDrafts, standingOf } from "./standing";
import * as store from "./store";
import { errorRows, faultsOf, outcomeRow, type CellFault } from "./told";

interface Asked {
  readonly import: string;
  readonly job: string;
  /** Rows that are done. */
  readonly done: number;
  readonly limit: number;
}

/** What came of a slice's rows: of each one an outcome, of each that failed its faults. */
interface Judged extends Decided {
  readonly failed: ReadonlyMap<number, readonly CellFault[]>;
  readonly first: number;
  readonly last: number;
  readonly rows: number;
  readonly settings: ImportInput;
  readonly registry: Registry;
}

/** The next slice of the real thing. */
export async function runSlice(ctx: SliceCtx, asked: Asked): Promise<Slice<number>> {
  const slice = await judgedRows(ctx, asked, false);
  const { changes, settings } = slice;
  const plan = changes.length === 0 ? { guards: [], writes: [], events: [] } : await planned(ctx, changes, true);
  const changed = changes.flatMap(({ before, after }) => (before ? [after.row.id] : []));
  const guards = [...(changed.length === 0 ? [] : [unrestricted(ctx.space, changed)]), ...(settings.list_id === undefined ? [] : [isThere(ctx.space, settings.list_id)])];
  return {
    plan: { guards: [...plan.guards, ...guards], writes: [...plan.writes, ...recordImported(ctx, changes), ...account(ctx, asked, "run", slice)], events: plan.events },
    ...progress(slice),
  };
}

/** The next slice of a dry run: the same, and nothing but the account and what later rows must know is written. */
export async function dryRunSlice(ctx: SliceCtx, asked: Asked): Promise<Slice<number>> {
  const slice = await judgedRows(ctx, asked, true);
  return { plan: { writes: [...keepDrafts(ctx.space, asked.job, slice.registry, slice.changes), ...account(ctx, asked, "validate", slice)], events: [] }, ...progress(slice) };
}

/** One row that can't be done at all. */
export function passOver({ space }: SliceCtx, { import: id, done }: Asked, phase: "validate" | "run", why: Problem): Slice<number> {
  const row = done + 1;
  const errors = errorRows(row, [{ column: null, code: why.code, value: null, message: why.message }]);
  return { plan: { writes: [store.insertSlice(space, id, phase, row, row, [[row, "failed", null, null]], errors)], events: [] }, cursor: row, counts: { failed: 1 }, done: false };
}

const progress = ({ outcomes, last, rows }: Judged): Omit<Slice<number>, "plan"> => ({ cursor: last, counts: countsOf(outcomes), done: last >= rows });

function account({ space }: SliceCtx, asked: Asked, phase: "validate" | "run", { outcomes, failed, first, last }: Judged): Statement<"data">[] {
  if (last < first) return [];
  const errors = [...failed].flatMap(([row, faults]) => errorRows(row, faults));
  const told = phase === "validate" ? [] : [...outcomes].map(([row, outcome]) => outcomeRow(row, outcome));
  return [store.insertSlice(space, asked.import, phase, first, last, told, errors)];
}

function countsOf(outcomes: ReadonlyMap<number, Outcome>): Counts {
  const counts: Record<string, number> = {};
  for (const { action } of outcomes.values()) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

async function judgedRows(ctx: SliceCtx, { import: id, job, done, limit }: Asked, dry: boolean): Promise<Judged> {
  const row = await store.readImport(ctx, id);
  const file = row && fileOf(row);
  if (!row || !file) throw fileGone("The import's file is gone.");
  const settings = settingsOf(row);
  const here = { ...ctx, space: { ...ctx.space, defaultCountry: settings.default_country ?? ctx.space.defaultCountry } };
  const registry = await registryOf(here, true);
  const sources = await rowsFrom(ctx.env, readingOf(ctx.space, row, file), done + 1, Math.min(limit, file.rows - done));
  if (sources.length < Math.min(limit, file.rows - done)) throw fileGone("Rows of the import's file are gone.");
  const map = mapperOf(row, file, registry, here.space.defaultCountry);
  const failed = new Map<number, readonly CellFault[]>();
  const mapped = new Map<number, MappedRow>();
  const rows = sources.flatMap((source, i): Known[] => {
    const number = done + 1 + i;
    const from = map(source);
    mapped.set(number, from);
    if (from.faults.length > 0) failed.set(number, from.faults);
    else return attempt(number, () => known(here, registry, { row: number, id: from.id, data: withTags(checkBody(contactPatch, from.data), settings.tags), also: (doc) => beside(doc, settings, from) }));
    return [];
  });
  function attempt(number: number, make: () => Known): Known[] {
    try {
      return [make()];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      failed.set(number, faultsOf(error, mapped.get(number)?.originOf ?? (() => null)));
      return [];
    }
  }
  const rules = { mode: settings.mode, matchOn: settings.match_on, source: { type: "import", import: id } };
  const standing = await standingOf(here, rows, settings.match_on, dry ? job : null);
  const { changes, outcomes } = decided(here, registry, rows, rules, standing);
  for (const [number, outcome] of outcomes) if (outcome.action === "failed") failed.set(number, faultsOf(outcome.problem, mapped.get(number)?.originOf ?? (() => null)));
  const all = new Map(sources.map((_, i): [number, Outcome] => [done + 1 + i, outcomes.get(done + 1 + i) ?? UNREAD]));
  return { changes, outcomes: all, failed, first: done + 1, last: done + sources.length, rows: file.rows, settings, registry };
}

/** Of a row that never came to be judged: its faults say why. */
const UNREAD: Outcome = { action: "failed", problem: fileGone("") };

function withTags(data: ReturnType<typeof contactPatch.parse>, tags: readonly string[]): ReturnType<typeof contactPatch.parse> {
  if (tags.length === 0) return data;
  const own = Array.isArray(data.tags) ? data.tags : [];
  const there = new Set(own.map(tagKey));
  return { ...data, tags: [...own, ...tags.filter((tag) => !there.has(tagKey(tag)))] };
}

function beside(doc: Document, { list_id: list }: ImportInput, { restrictions }: MappedRow): Document {
  const listed = list === undefined || doc.lists.includes(list) ? doc : { ...doc, lists: [...doc.lists, list] };
  return restricted(listed, restrictions);
}
