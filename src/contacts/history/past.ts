// A contact as it was: the present one, with its changes undone, newest first. Events hold both sides of each change, so
// no version is kept but the present one.
import type { DataCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import type { Changes } from "../../platform/events";
import { JsonText } from "../../platform/json";
import { notFound } from "../../platform/problems";
import { data } from "../../platform/sql";
import { checkThere } from "../contacts";
import { shaped, tagOf, type Shape } from "../render";
import type { Contact } from "../schema";
import { COLUMNS, type ContactRow } from "../store";
import { historyTooLong, MAX_UNDONE } from "./schema";
import * as store from "./store";

/** The contact as it was at this time. Throws 404 where it was not there, 422 where that is too far back. */
export async function readPast(ctx: DataCtx, id: string, at: number, shape: Shape): Promise<Reply<Partial<Contact>>> {
  const { was } = await undoneTo(ctx, id, ({ occurred_at }) => occurred_at <= at);
  if (was === null || was.created_at > at) throw notFound("There was no such contact at that time.");
  return { status: 200, headers: { ETag: tagOf(was.version, shape) }, body: new JsonText(shaped(was, shape)) };
}

export interface Undone {
  readonly now: ContactRow;
  /** Null: not one event says what it was then. */
  readonly was: ContactRow | null;
}

const PAGE = 500;

/** The contact now, and as it was after the last event for which `isThen` holds: else as it was when it began. */
export async function undoneTo(ctx: DataCtx, id: string, isThen: (event: store.ChangeRow) => boolean): Promise<Undone> {
  const [[row], first] = await ctx.db.data.both<ContactRow, store.ChangeRow>(
    data(`SELECT ${COLUMNS} FROM contacts WHERE id = ? AND space_id = ?`, id, ctx.space.id),
    store.eventsBefore(ctx, id, Number.MAX_SAFE_INTEGER, PAGE),
  );
  const now = await checkThere(ctx, id, row ?? null);
  let was: ContactRow = now;
  for (let page = first, looked = 0; ; looked += PAGE) {
    for (const event of page) {
      if (!event.type.startsWith("contact.")) continue;
      if (isThen(event)) return { now, was: await asOf(ctx, was, event) };
      was = undone(was, event);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    if (looked + PAGE >= MAX_UNDONE) throw historyTooLong(`It lies more than ${MAX_UNDONE} events back.`, { limit: MAX_UNDONE });
    page = await ctx.db.data.all<store.ChangeRow>(store.eventsBefore(ctx, id, last.seq, PAGE));
  }
  return { now, was: was.version < 1 ? null : { ...was, updated_at: was.created_at } };
}

/** Since when it was archived is said by the event that did it. */
const UNKNOWN = -1;

/** With the times that this event, the last one that is not undone, gave it. */
async function asOf(ctx: DataCtx, was: ContactRow, { seq, version, occurred_at }: store.ChangeRow): Promise<ContactRow> {
  const archived = was.archived_at === UNKNOWN ? ((await store.archivedBefore(ctx, was.id, seq, MAX_UNDONE))?.occurred_at ?? occurred_at) : was.archived_at;
  return { ...was, version, updated_at: occurred_at, archived_at: archived };
}

/** What it was before an event. */
function undone(row: ContactRow, { version, changes }: store.ChangeRow): ContactRow {
  const { status, ...fields }: Changes = changes === null ? {} : JSON.parse(changes);
  const archived = status === undefined ? row.archived_at : status.from === "active" ? null : UNKNOWN;
  return { ...row, version: version - 1, doc: Object.keys(fields).length === 0 ? row.doc : documentBefore(row.doc, fields), archived_at: archived };
}

/** The JSON of a document before these changes. */
export function documentBefore(doc: string, changes: Changes): string {
  const members = new Map<string, unknown>(Object.entries(JSON.parse(doc)));
  const custom = new Map<string, unknown>(Object.entries(Object(members.get("custom"))));
  for (const [field, { from }] of Object.entries(changes)) {
    const key = /^custom\.(.+)$/.exec(field)?.[1];
    if (key === undefined) members.set(field, from);
    else if (from === null) custom.delete(key);
    else custom.set(key, from);
  }
  members.set("custom", Object.fromEntries([...custom].toSorted(([a], [b]) => (a < b ? -1 : 1))));
  return JSON.stringify(Object.fromEntries(members));
}
