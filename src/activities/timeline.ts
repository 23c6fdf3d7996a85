// A contact's timeline: notes, interactions, engagement, consent and changes as one stream, newest first. Each is walked
// along its own index as far as the page needs it.
import { consentJson } from "../consents/consents";
import { COLUMNS as CONSENT_COLUMNS } from "../consents/store";
import { find } from "../contacts/contacts";
import { changeJson, changesWalk, type ChangeRow } from "../contacts/history/history";
import { rfc3339 } from "../platform/clock";
import type { DataCtx } from "../platform/context";
import { decodeCursor, encodeCursor, questionOf, type PageAsked } from "../platform/page";
import { data, type Statement } from "../platform/sql";
import { look, type Looked } from "../platform/walk";
import { engagementJson } from "./engagement";
import { ENGAGEMENT_COLUMNS } from "./engagement-store";
import { interactionJson } from "./interactions";
import { noteJson } from "./notes";
import { INTERACTION_COLUMNS, NOTE_COLUMNS } from "./store";
import { KINDS, type Kind, type TimelineItem } from "./timeline-schema";

export interface TimelineAsked extends PageAsked {
  readonly types?: readonly Kind[] | undefined;
}

/** Where the last page ended: among what has a time and an id, and among events. */
interface Place {
  readonly at: number;
  readonly id: string;
  /** 0: no event is left. */
  readonly seq: number;
}
const NEWEST: Place = { at: Number.MAX_SAFE_INTEGER, id: "~", seq: Number.MAX_SAFE_INTEGER };

export async function list(ctx: DataCtx, contact: string, { limit, cursor, types = KINDS }: TimelineAsked) {
  const question = questionOf(["timeline", ctx.space.id, contact, types.toSorted()]);
  const [at, id, seq] = cursor === undefined ? [] : decodeCursor(cursor, question, ["number", "string", "number"]);
  const place: Place = cursor === undefined ? NEWEST : { at: Number(at), id: String(id), seq: Number(seq) };
  const { rid } = await find(ctx, contact);
  const [hung, changes] = await Promise.all([readHung(ctx, rid, types, place, limit + 1), readChanges(ctx, contact, types, place, limit + 1)]);
  const { items, next } = merged(hung, changes, place, limit);
  return { status: 200, body: { data: items.map((item) => shown(contact, item)), page: { next_cursor: next && encodeCursor(question, [next.at, next.id, next.seq]), limit } } };
}

/** A row of one of the tables that hang on contacts. */
interface Hung {
  at: number;
  id: string;
  kind: Exclude<Kind, "change">;
  /** JSON. */
  row: string;
}

const TABLES = {
  note: { table: "notes", at: "created_at", columns: NOTE_COLUMNS },
  interaction: { table: "interactions", at: "at", columns: INTERACTION_COLUMNS },
  engagement: { table: "engagements", at: "at", columns: ENGAGEMENT_COLUMNS },
  consent: { table: "consents", at: "at", columns: CONSENT_COLUMNS },
} as const;

/** The next rows of all tables in one order, up to `limit`. */
async function readHung(ctx: DataCtx, rid: number, types: readonly Kind[], place: Place, limit: number): Promise<Hung[]> {
  const walks = types.flatMap((kind) => (kind === "change" ? [] : [walkOf(ctx, kind, rid, place, limit)]));
  if (walks.length === 0) return [];
  const [rows] = await ctx.db.data.together<Hung, object>(walks, data("SELECT 1 AS one"));
  return rows.flat().toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).slice(0, limit);
}

function walkOf({ space }: DataCtx, kind: Hung["kind"], rid: number, { at, id }: Place, limit: number): Statement<"data"> {
  const { table, at: time, columns } = TABLES[kind];
  return data(
    `SELECT ${time} AS at, id, '${kind}' AS kind, json_object(${columns.map((column) => `'${column}', ${column}`).join(", ")}) AS row FROM ${table}
      WHERE space_id = ? AND contact_rid = ? AND ${time} <= ? AND (${time} < ? OR id < ?) ORDER BY ${time} DESC, id DESC LIMIT ?`,
    space.id, rid, at, at, id, limit,
  );
}

/** What changed consent stands in the ledger, so it is not told twice. */
const UNTOLD = [{ sql: "type <> 'contact.consent_changed'", params: [] }];

const readChanges = async ({ db, org }: DataCtx, contact: string, types: readonly Kind[], { seq }: Place, limit: number): Promise<Looked<ChangeRow>> =>
  types.includes("change") && seq > 0 ? look<"data", ChangeRow>(db.data, changesWalk(org, contact, UNTOLD, seq), limit) : { rows: [], end: null };

type Item = Hung | (ChangeRow & { kind: "change" });

/** One order of both, as far as both are known; of one time events come first. */
function merged(hung: readonly Hung[], { rows, end }: Looked<ChangeRow>, place: Place, limit: number): { items: Item[]; next: Place | null } {
  const items: Item[] = [];
  const taken = { hung: 0, changes: 0 };
  while (items.length < limit) {
    const [row, change] = [hung[taken.hung], rows[taken.changes]];
    const changeAt = (change ?? end)?.occurred_at;
    if (row && (changeAt === undefined || row.at > changeAt)) {
      items.push(row);
      taken.hung += 1;
    } else if (change) {
      items.push({ ...change, kind: "change" });
      taken.changes += 1;
    } else break;
  }
  const isMore = taken.hung < hung.length || taken.changes < rows.length || end !== null;
  if (!isMore) return { items, next: null };
  const [lastHung, lastChange, nextChange] = [hung[taken.hung - 1], rows[taken.changes - 1], rows[taken.changes]];
  // Where none was taken: not what is written later.
  const last = items.at(-1);
  const at = last === undefined ? place.at : last.kind === "change" ? last.occurred_at : last.at;
  const beside = at < place.at ? { at, id: NEWEST.id } : place;
  const seq = nextChange ? (lastChange?.seq ?? nextChange.seq + 1) : (end?.seq ?? 0);
  return { items, next: { ...(lastHung ?? beside), seq } };
}

function shown(contact: string, item: Item): TimelineItem {
  if (item.kind === "change") return { type: "change", at: rfc3339(item.occurred_at), data: changeJson(item) };
  const [at, row] = [rfc3339(item.at), JSON.parse(item.row)];
  if (item.kind === "note") return { type: "note", at, data: noteJson({ ...row, contact }) };
  if (item.kind === "interaction") return { type: "interaction", at, data: interactionJson({ ...row, contact }) };
  return item.kind === "engagement" ? { type: "engagement", at, data: engagementJson(row) } : { type: "consent", at, data: consentJson(row) };
}
