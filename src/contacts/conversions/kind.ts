// The job that makes a field into another: its index is emptied, its values are rewritten contact by contact, each with its
// version and its event, and the index is filled with the new ones. A value that does not get across stops it or is taken
// off, as was said when it was started; none is passed over.
import * as z from "zod";
import { converted, lenient, type Passage } from "../../fields/conversion";
import { settledOf } from "../../fields/fields";
import { compile, registryOf, type Registry } from "../../fields/registry";
import { conversionFails } from "../../fields/conversion-schema";
import * as fields from "../../fields/store";
import { jobKind, type Slice, type SliceCtx } from "../../jobs/kind";
import { changeIn, diff } from "../../platform/events";
import { sameJson } from "../../platform/json";
import { planChanges } from "../changes";
import { kept } from "../contacts";
import { redrafted } from "../drafts";
import { facetsOf, foldedOf, identitiesOf } from "../indexes";
import { atVersions, readContacts, type ContactRow } from "../store";
import * as store from "./store";

const input = z.object({ id: z.string(), key: z.string() });
const cursor = z.object({ step: z.enum(["emptying", "rewriting", "indexing"]), after: z.int() });
type Cursor = z.output<typeof cursor>;
type Given = z.output<typeof input>;

/** Contacts that are looked at for each that a slice changes at most. */
const LOOKED = 10;
const NOTHING = { plan: { writes: [], events: [] }, cursor: null, counts: {}, done: true } as const;

export const conversionKind = jobKind({
  kind: "fields.convert",
  input,
  cursor,
  most: 500,
  scopes: () => ["fields:write", "contacts:write"],
  async slice(ctx, { job, input: given, cursor: at }, limit): Promise<Slice<Cursor>> {
    const row = await fields.readField(ctx, given.id);
    const converting = row && fields.definitionOf(row).converting;
    if (!row || converting?.job !== job) return NOTHING;
    const moving = { row, converting };
    const { step, after } = at ?? { step: "emptying", after: 0 };
    if (step === "emptying") return emptied(ctx, given, limit);
    return step === "rewriting" ? rewritten(ctx, moving, after, limit) : indexed(ctx, moving, after, limit);
  },
  /** What can't be done now is tried again: a value that was passed over would be of no type. */
  async passOver(_ctx, _work, why): Promise<Slice<Cursor>> {
    throw why;
  },
});

interface Moving {
  readonly row: fields.FieldRow;
  readonly converting: fields.Converting;
}

async function emptied(ctx: SliceCtx, { key }: Given, limit: number): Promise<Slice<Cursor>> {
  const left = await store.isIndexed(ctx, key);
  return { plan: { writes: left ? store.deleteIndex(ctx.space, key, limit) : [], events: [] }, cursor: { step: left ? "emptying" : "rewriting", after: 0 }, counts: {}, done: false };
}

async function rewritten(ctx: SliceCtx, { row, converting }: Moving, after: number, limit: number): Promise<Slice<Cursor>> {
  const passage = await passageTo(converting.to, converting.from);
  const { rows, next, done } = await bearers(ctx, row.key, after, limit);
  const registry = thawed(await registryOf(ctx, true), row.key);
  const counts = { converted: 0, unchanged: 0, cleared: 0 };
  const changes = rows.map(kept).flatMap((contact) => {
    const { [row.key]: value, ...custom } = contact.doc.custom;
    const read = converted(passage, value, ctx.space.defaultCountry);
    if (!("value" in read) && converting.on_failure === "refuse") throw conversionFails("A value does not convert.", { examples: [{ contact_id: contact.row.id, code: read.code, message: read.message }] });
    const change = redrafted(ctx, contact, { ...contact.doc, custom: "value" in read ? { ...contact.doc.custom, [row.key]: read.value } : custom }, "contact.updated");
    counts["value" in read ? (change ? "converted" : "unchanged") : "cleared"] += 1;
    return change ?? [];
  });
  const plan = planChanges(ctx.space, registry, changes);
  const turned = { ...row, definition: JSON.stringify({ ...fields.definitionOf(row), converting: { ...converting, phase: "indexing" } }) };
  return {
    plan: {
      guards: [...plan.guards, fields.definedAs(row)],
      writes: [...plan.writes, ...(done ? [fields.updateField(ctx.space, turned), fields.raiseRevision(ctx.space)] : [])],
      events: plan.events,
    },
    cursor: done ? { step: "indexing", after: 0 } : { step: "rewriting", after: next },
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    done: false,
  };
}

async function indexed(ctx: SliceCtx, { row, converting }: Moving, after: number, limit: number): Promise<Slice<Cursor>> {
  const { rows, next, done } = await bearers(ctx, row.key, after, limit);
  const { fields: known } = await registryOf(ctx, true);
  const name = `custom.${row.key}`;
  const made = rows.map(kept).map(({ row: contact, doc }) => ({
    id: contact.id,
    rid: contact.rid,
    facets: contact.archived_at === null ? facetsOf(doc, known).filter(([field]) => field === name) : [],
    identities: identitiesOf(doc, known).filter(({ kind, value }) => kind === "external_id" && value.startsWith(`${name}:`)),
    folded: JSON.stringify(foldedOf(doc, known)),
  }));
  const settled = { ...row, version: row.version + 1, updated_at: ctx.now, definition: JSON.stringify(converting.to) };
  return {
    plan: {
      guards: [fields.definedAs(row), ...(rows.length > 0 ? [atVersions(rows)] : [])],
      writes: [
        ...store.setFolded(ctx.space, made),
        ...store.fillFacets(ctx.space, made.map(({ id, facets }) => ({ id, items: facets }))),
        ...store.fillIdentities(ctx.space, made.map(({ id, identities }) => ({ id, items: identities }))),
        ...(done ? [fields.updateField(ctx.space, settled), fields.raiseRevision(ctx.space)] : []),
      ],
      events: done ? [changeIn(ctx.space, "field.converted", settled, diff({ ...settledOf(row) }, { ...converting.to }, sameJson))] : [],
    },
    cursor: { step: "indexing", after: next },
    counts: {},
    done,
  };
}

/** The next contacts that have a value, archived ones too, and how far that got. */
async function bearers(ctx: SliceCtx, key: string, after: number, limit: number): Promise<{ rows: readonly ContactRow[]; next: number; done: boolean }> {
  const held = await fields.readValues(ctx, key, after, limit * LOOKED);
  const having = held.filter(({ value }) => value !== null).slice(0, limit);
  const rows = having.length === 0 ? [] : await readContacts(ctx, having.map(({ id }) => id));
  const last = having.length < limit ? held.at(-1) : having.at(-1);
  return { rows: rows.filter((row) => Object.hasOwn(kept(row).doc.custom, key)), next: last?.rid ?? after, done: having.length < limit && held.length < limit * LOOKED };
}

/** To the conversion itself its field is a field like any other. */
const thawed = ({ revision, fields: known }: Registry, key: string): Registry => ({
  revision,
  fields: new Map([...known].map(([name, field]) => [name, name === key ? { ...field, frozen: null } : field])),
});

/** The way to a definition. */
export async function passageTo(to: fields.Converting["to"], from: fields.Converting["from"]): Promise<Passage> {
  const fits = to.pattern === null ? undefined : ((await compile(to.pattern)) ?? undefined);
  return { to: { ...lenient(to), fits }, from };
}
