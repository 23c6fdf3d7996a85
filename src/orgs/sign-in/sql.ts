// From what better-auth asks of its storage to SQL and back. What a cookie holds never reaches a row: session tokens and
// verification identifiers are hashed on the way in and in every comparison, so a copy of the database signs nobody in.
import { createHmac } from "node:crypto";
import type { CleanedWhere } from "better-auth/adapters";
import type { Kind } from "../../platform/id";
import type { Param } from "../../platform/sql";

const MODELS: Readonly<Record<string, { readonly table: string; readonly kind: Kind }>> = {
  user: { table: "users", kind: "user" },
  session: { table: "sessions", kind: "session" },
  account: { table: "accounts", kind: "account" },
  verification: { table: "verifications", kind: "verification" },
  twoFactor: { table: "two_factors", kind: "secondFactor" },
  passkey: { table: "passkeys", kind: "passkey" },
};

export function modelOf(model: string): { table: string; kind: Kind } {
  const known = MODELS[model];
  if (!known) throw new Error(`no table for ${model}`);
  return known;
}

/** `credentialID` → `credential_id`. */
export const columnOf = (field: string): string => field.replaceAll(/(?<=[a-z])[A-Z]+/g, (capitals) => `_${capitals}`).toLowerCase();

const SEALED = new Set(["sessions.token", "verifications.identifier"]);

/** The digests of what this request has presented or made, and what they are digests of: only this is ever given back. */
export class Seal {
  readonly #plain = new Map<string, string>();
  constructor(private readonly secret: string) {}

  param(table: string, column: string, value: unknown): Param {
    if (!SEALED.has(`${table}.${column}`)) return paramOf(value);
    if (typeof value !== "string") throw new TypeError(`${table}.${column} is a text`);
    const digest = createHmac("sha256", this.secret).update(`${table}.${column}:${value}`).digest("hex");
    this.#plain.set(digest, value);
    return digest;
  }

  open(table: string, column: string, value: Param): Param {
    return SEALED.has(`${table}.${column}`) ? (this.#plain.get(String(value)) ?? "") : value;
  }
}

function paramOf(value: unknown): Param {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" || typeof value === "number") return value;
  if (value === null || value === undefined) return null;
  throw new TypeError("a value that no column takes");
}

export interface Clause {
  readonly sql: string;
  readonly params: readonly Param[];
}

const COMPARISONS: Readonly<Record<string, string>> = { eq: "IS", ne: "IS NOT", lt: "<", lte: "<=", gt: ">", gte: ">=" };

export function clauseOf(table: string, where: readonly CleanedWhere[], seal: Seal): Clause {
  // Nothing that happens under /api/auth concerns all rows.
  if (where.length === 0) throw new Error(`all ${table}`);
  const parts = where.map(({ field, operator, value, connector }, i): Clause => {
    const column = columnOf(field);
    const comparison = COMPARISONS[operator];
    if (connector !== "AND" && i > 0) throw new Error(`no ${connector} here`);
    if (comparison) return { sql: `${column} ${comparison} ?`, params: [seal.param(table, column, value)] };
    if (operator !== "in" || !Array.isArray(value)) throw new Error(`no ${operator} here`);
    return { sql: `${column} IN (SELECT value FROM json_each(?))`, params: [JSON.stringify(value.map((one) => seal.param(table, column, one)))] };
  });
  return { sql: parts.map(({ sql }) => sql).join(" AND "), params: parts.flatMap(({ params }) => params) };
}

export function assignments(table: string, values: unknown, seal: Seal): Clause {
  const entries = Object.entries(values ?? {}).map(([field, value]) => ({ column: columnOf(field), value }));
  return { sql: entries.map(({ column }) => `${column} = ?`).join(", "), params: entries.map(({ column, value }) => seal.param(table, column, value)) };
}

export type Row = Record<string, Param>;

export type Fields = Readonly<Record<string, { readonly type: unknown }>>;

/** A row as the library wants it: how it is typed is its own say, by the schema that it names the fields from. */
export function opened(table: string, fields: Fields, row: Row, seal: Seal) {
  const entries: unknown[][] = Object.entries({ id: { type: "string" }, ...fields }).map(([field, { type }]) => {
    const value = seal.open(table, columnOf(field), row[columnOf(field)] ?? null);
    return [field, type === "date" && typeof value === "number" ? new Date(value) : value];
  });
  return Object.fromEntries(entries);
}
