// Privacy requests in D1: reads run, writes are returned.
import type { DataCtx, Space } from "../platform/context";
import { data, type Statement } from "../platform/sql";
import type { Walk } from "../platform/walk";
import { equals } from "../platform/walk";
import type { Regulation } from "./due";
import type { STATES, TYPES } from "./schema";

export interface PrivacyRequestRow {
  id: string;
  space_id: number;
  type: (typeof TYPES)[number];
  status: (typeof STATES)[number];
  regulation: Regulation;
  subject: string | null;
  subject_digest: string;
  note: string | null;
  suppress: number;
  received_at: number;
  due_at: number;
  extended_at: number | null;
  extension_reason: string | null;
  closed_at: number | null;
  closing_reason: string | null;
  progress: string | null;
  receipt: string | null;
  version: number;
  created_at: number;
  updated_at: number;
}

type Reader = Pick<DataCtx, "db" | "space">;

export const readRequest = ({ db, space }: Reader, id: string): Promise<PrivacyRequestRow | null> =>
  db.data.first<PrivacyRequestRow>(data("SELECT * FROM privacy_requests WHERE id = ? AND space_id = ?", id, space.id));

export interface RequestFilter {
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly due_before?: number | undefined;
}

/** Newest first. */
export const walkOf = (space: Space, { type, status, due_before: before }: RequestFilter, after: Walk["after"]): Walk => ({
  columns: ["*"],
  table: "privacy_requests INDEXED BY privacy_requests_of_space",
  along: equals("space_id", space.id),
  by: ["id"],
  filters: [...equals("type", type), ...equals("status", status), ...(before === undefined ? [] : [{ sql: "due_at < ?", params: [before] }])],
  after,
});

/** Erasures under way that nobody has gone on with since a time. */
export const underWay = (since: number, limit: number): Statement<"data"> =>
  data("SELECT * FROM privacy_requests INDEXED BY privacy_requests_under_way WHERE progress IS NOT NULL AND updated_at <= ? ORDER BY updated_at LIMIT ?", since, limit);

export const insertRequest = (row: PrivacyRequestRow): Statement<"data"> =>
  data(
    `INSERT INTO privacy_requests (id, space_id, type, status, regulation, subject, subject_digest, note, suppress, received_at, due_at, version, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id, row.space_id, row.type, row.status, row.regulation, row.subject, row.subject_digest, row.note, row.suppress, row.received_at, row.due_at, row.version, row.created_at, row.updated_at,
  );

export const updateRequest = (row: PrivacyRequestRow): Statement<"data"> =>
  data(
    `UPDATE privacy_requests SET status = ?, subject = ?, note = ?, due_at = ?, extended_at = ?, extension_reason = ?, closed_at = ?, closing_reason = ?, progress = ?, receipt = ?, version = ?, updated_at = ?
      WHERE id = ? AND space_id = ?`,
    row.status, row.subject, row.note, row.due_at, row.extended_at, row.extension_reason, row.closed_at, row.closing_reason, row.progress, row.receipt, row.version, row.updated_at, row.id, row.space_id,
  );

export const atVersion = (row: Pick<PrivacyRequestRow, "id" | "version">) => ({
  database: "data" as const,
  sql: "SELECT version = ? FROM privacy_requests WHERE id = ?",
  params: [row.version, row.id],
});

/** Keeps contacts from being changed for as long as a request says so. */
export const restrict = (space: Space, request: string, contacts: readonly string[], now: number): Statement<"data"> =>
  data("INSERT INTO restrictions (space_id, contact_id, request_id, created_at) SELECT ?1, value, ?2, ?3 FROM json_each(?4)", space.id, request, now, JSON.stringify(contacts));

export const lift = (space: Space, request: string): Statement<"data"> => data("DELETE FROM restrictions WHERE request_id = ? AND space_id = ?", request, space.id);
