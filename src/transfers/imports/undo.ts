// An import undone, row by row from its last one on: who it made is archived, who it changed is as before. Whoever was
// changed by anybody else since is left alone and told of; consent that it restricted stays restricted.
import type { Kept } from "../../contacts/changes";
import { kept, planned } from "../../contacts/contacts";
import { redrafted, turned, type Changed } from "../../contacts/drafts";
import { documentBefore } from "../../contacts/history/past";
import { identitiesOf } from "../../contacts/indexes";
import { documentOf } from "../../contacts/render";
import { readChangeable, readHolders, unrestricted } from "../../contacts/store";
import { registryOf } from "../../fields/registry";
import type { Slice, SliceCtx } from "../../jobs/kind";
import type { Changes } from "../../platform/events";
import type { Problem } from "../../platform/problem";
import { fileGone } from "./schema";
import * as store from "./store";

interface Asked {
  readonly import: string;
  readonly job: string;
  /** Rows from this one on are done; null: none. */
  readonly before: number | null;
  readonly limit: number;
}

/** Why a row stays as it is. */
type Conflict = { readonly code: string; readonly message: string };
type Undone = { readonly change: Changed } | { readonly conflict: Conflict } | "undone";

const SLICES = 20;
const MAX_TOUCHES = 20_000;

/** `why`: the row alone could not be done. */
export async function undoSlice(ctx: SliceCtx, { import: id, job, before, limit }: Asked, why: Problem | null = null): Promise<Slice<number>> {
  const row = await store.readImport(ctx, id);
  if (!row || row.run_job === null) throw fileGone("The import is gone.");
  const slices = await store.readSlicesBack(ctx, id, "run", before ?? Number.MAX_SAFE_INTEGER, SLICES);
  const rows = slices.flatMap(outcomesIn).filter(([number]) => before === null || number < before).slice(0, limit);
  const touching = rows.filter(([, action]) => action === "created" || action === "updated");
  const contacts = [...new Set(touching.flatMap(([, , contact]) => contact ?? []))];
  const undone = why === null ? await undoneOf(ctx, contacts, { run: row.run_job, revert: job, since: row.created_at }) : new Map(contacts.map((one): [string, Undone] => [one, { conflict: { code: why.code, message: why.message } }]));
  const changes = [...undone.values()].flatMap((one) => (typeof one === "object" && "change" in one ? [one.change] : []));
  const plan = changes.length === 0 ? { guards: [], writes: [], events: [] } : await planned(ctx, changes, true);
  const ended = rows.map(([number, action, contact]): store.OutcomeRow => [number, touching.some(([one]) => one === number) ? actionOf(undone.get(contact ?? "")) : `untouched:${action}`, contact, null]);
  const errors = rows.flatMap(([number, , contact]): store.ErrorRow[] => {
    const one = undone.get(contact ?? "");
    return typeof one === "object" && "conflict" in one ? [[number, null, one.conflict.code, contact, one.conflict.message]] : [];
  });
  const [last, first] = [rows[0]?.[0] ?? 0, rows.at(-1)?.[0] ?? 0];
  return {
    plan: {
      guards: [...plan.guards, ...(changes.length === 0 ? [] : [unrestricted(ctx.space, changes.map(({ after }) => after.row.id))])],
      writes: [...plan.writes, ...(rows.length === 0 ? [] : [store.insertSlice(ctx.space, id, "revert", first, last, ended, errors)])],
      events: plan.events,
    },
    cursor: first,
    counts: countsOf(ended),
    done: rows.length === 0 || (rows.length < limit && slices.length < SLICES),
  };
}

/** The last row first. */
const outcomesIn = ({ outcomes }: store.SliceRow): store.OutcomeRow[] => parsed(outcomes).toReversed();
const parsed = (text: string): store.OutcomeRow[] => JSON.parse(text);

const actionOf = (one: Undone | undefined): string => (typeof one === "object" && "conflict" in one ? "conflict" : "reverted");

function countsOf(rows: readonly store.OutcomeRow[]): Record<string, number> {
  const of = (name: string): number => rows.filter(([, action]) => action.split(":")[0] === name).length;
  return { reverted: of("reverted"), conflicts: of("conflict"), untouched: of("untouched") };
}

interface Jobs {
  readonly run: string;
  readonly revert: string;
  /** ms: when the import was begun. */
  readonly since: number;
}

async function undoneOf(ctx: SliceCtx, contacts: readonly string[], jobs: Jobs): Promise<Map<string, Undone>> {
  if (contacts.length === 0) return new Map();
  const { fields } = await registryOf(ctx, true);
  const { rows, restricted } = await readChangeable(ctx, contacts);
  const there = new Map(rows.map((row): [string, Kept] => [row.id, kept(row)]));
  const touches = await store.readTouches(ctx, contacts, jobs.since - ctx.now + ctx.trueNow, MAX_TOUCHES);
  if (touches.length === MAX_TOUCHES) throw new Error("more changes than one slice can look at");
  const byContact = Map.groupBy(touches, ({ subject }) => subject);
  const drafts = contacts.map((id): [string, Undone] => [id, restricted.has(id) ? RESTRICTED : undoneContact(ctx, there.get(id), byContact.get(id) ?? [], jobs)]);
  // What a contact had before the import may be another one's by now.
  const wanted = drafts.flatMap(([, one]) => (typeof one === "object" && "change" in one && one.change.after.row.archived_at === null ? identitiesOf(one.change.after.doc, fields).filter(({ kind }) => kind !== "phone") : []));
  const holders = wanted.length === 0 ? [] : await readHolders(ctx, wanted, MAX_TOUCHES);
  const owners = new Map(holders.map(({ kind, value, id }) => [`${kind}:${value}`, id]));
  const isTaken = ({ after: { row, doc } }: Changed): boolean => row.archived_at === null && identitiesOf(doc, fields).some(({ kind, value }) => kind !== "phone" && (owners.get(`${kind}:${value}`) ?? row.id) !== row.id);
  return new Map(drafts.map(([id, one]) => [id, typeof one === "object" && "change" in one && isTaken(one.change) ? TAKEN : one]));
}

const RESTRICTED: Undone = { conflict: { code: "contact_restricted", message: "a privacy request restricts what is done with the contact" } };
const TAKEN: Undone = { conflict: { code: "contact_exists", message: "another contact has one of its former identifiers by now" } };
const CHANGED: Undone = { conflict: { code: "changed_since", message: "the contact was changed by somebody else since" } };
const GONE: Undone = { conflict: { code: "not_found", message: "the contact is not there any more" } };

function undoneContact(ctx: SliceCtx, before: Kept | undefined, touches: readonly store.TouchRow[], { run, revert }: Jobs): Undone {
  if (touches.some(({ cause }) => cause === revert)) return "undone";
  if (!before) return GONE;
  const first = touches.findIndex(({ cause }) => cause === run);
  const own = first < 0 ? [] : touches.slice(first);
  if (own.length === 0 || own.some(({ cause }) => cause !== run)) return CHANGED;
  if (own[0]?.type === "contact.created") {
    const change = turned(ctx, before, "archived");
    return change ? { change } : CHANGED;
  }
  const doc = own.toReversed().reduce((text, { changes }) => documentBefore(text, withoutConsent(changes)), before.row.doc);
  const change = redrafted(ctx, before, documentOf({ ...before.row, doc }), "contact.updated");
  return change ? { change } : "undone";
}

/** It was only ever restricted: that stands. */
function withoutConsent(text: string | null): Changes {
  const { consent: _, ...changes }: Changes = text === null ? {} : JSON.parse(text);
  return changes;
}
