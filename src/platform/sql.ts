// The three databases and the statements that each takes. A statement is a value that bears its database in
// its type, so no batch spans two. What production would refuse and local D1 does not is refused here. D1 ends a query
// and a whole batch by itself after 30 seconds.

export type DatabaseName = "control" | "data" | "log";
export type Param = string | number | null;

export interface Statement<D extends DatabaseName> {
  readonly database: D;
  readonly sql: string;
  readonly params: readonly Param[];
}

const statement =
  <D extends DatabaseName>(database: D) =>
  (sql: string, ...params: readonly Param[]): Statement<D> => ({ database, sql, params });

/** Statements on organizations, members, keys and their events. */
export const control = statement("control");
/** Statements on contacts and what hangs on them. */
export const data = statement("data");
/** Statements on API activity and usage. */
export const log = statement("log");

const MAX_VALUE_BYTES = 1_500_000;
const MAX_BATCH = 100;
const MAX_STATEMENTS = 900;

/** Counts and times the calls of one request, for its Server-Timing and its bounds. */
export class Meter {
  calls = 0;
  ms = 0;
  statements = 0;

  async run<T>(statements: readonly { params: readonly Param[] }[], call: () => Promise<T>): Promise<T> {
    this.calls += 1;
    this.statements += statements.length;
    if (statements.length > MAX_BATCH) throw new Error(`a batch of ${statements.length} statements (at most ${MAX_BATCH})`);
    if (this.statements > MAX_STATEMENTS) throw new Error(`over ${MAX_STATEMENTS} statements in one invocation`);
    for (const { params } of statements) for (const param of params) checkSize(param);
    const started = Date.now();
    try {
      return await call();
    } finally {
      this.ms += Date.now() - started;
    }
  }
}

export class Database<D extends DatabaseName> {
  constructor(
    readonly name: D,
    private readonly d1: D1Database,
    private readonly meter: Meter,
  ) {}

  first<Row extends object>(one: Statement<D>): Promise<Row | null> {
    return this.meter.run([one], () => this.prepare(one).first<Row>());
  }

  async all<Row extends object>(one: Statement<D>): Promise<Row[]> {
    return (await this.meter.run([one], () => this.prepare(one).all<Row>())).results;
  }

  /** Two reads of one moment in one round trip. */
  async both<A extends object, B extends object>(a: Statement<D>, b: Statement<D>): Promise<[A[], B[]]> {
    const [first, second] = await this.meter.run([a, b], () => this.d1.batch<never>([this.prepare(a), this.prepare(b)]));
    return [first?.results ?? [], second?.results ?? []];
  }

  /** Any number of reads of the same kind, and one beside them, of one moment in one round trip. */
  async together<A extends object, B extends object>(many: readonly Statement<D>[], beside: Statement<D>): Promise<[A[][], B[]]> {
    const all = [...many, beside];
    const results = await this.meter.run(all, () => this.d1.batch<never>(all.map((one) => this.prepare(one))));
    return [results.slice(0, -1).map((result) => result.results), results.at(-1)?.results ?? []];
  }

  /** All statements in one transaction: all or none. Answers how many rows each changed (triggers counted). */
  async batch(statements: readonly Statement<D>[]): Promise<number[]> {
    const results = await this.meter.run(statements, () => this.d1.batch(statements.map((one) => this.prepare(one))));
    return results.map(({ meta }) => meta.changes);
  }

  private prepare(one: Statement<D>): D1PreparedStatement {
    return this.d1.prepare(one.sql).bind(...one.params);
  }
}

/** The accessors: growth (a shard per organization) is a change of these, not of their callers. */
export interface Databases {
  readonly meter: Meter;
  readonly control: Database<"control">;
  readonly data: Database<"data">;
  readonly log: Database<"log">;
}

export function databases(env: { DB: D1Database; DATA: D1Database; LOG: D1Database }): Databases {
  const meter = new Meter();
  return {
    meter,
    control: new Database("control", env.DB, meter),
    data: new Database("data", env.DATA, meter),
    log: new Database("log", env.LOG, meter),
  };
}

/** What kind of failure D1 reports: a broken constraint, a connection that may have lost the answer, or neither. */
export function failureOf(error: unknown): { constraint: string } | "lost" | "fault" {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes("SQLITE_CONSTRAINT")) return { constraint: message };
  if (/Network connection lost|reset because|storage operation exceeded|code was updated|overloaded/i.test(message)) return "lost";
  return "fault";
}

/** Bytes of JSON that one statement binds, as far as it is up to us. */
const PIECE_BYTES = 700_000;

/** Rows as JSON arrays, of which each is small enough to be bound. A character is at most three bytes. */
export function inPieces<Row>(rows: readonly Row[], columns: (row: Row) => unknown): string[] {
  const pieces: string[] = [];
  let open: string[] = [];
  let length = 0;
  for (const row of rows) {
    const json = JSON.stringify(columns(row));
    if (open.length > 0 && length + json.length > PIECE_BYTES / 1.5) {
      pieces.push(`[${open.join(",")}]`);
      [open, length] = [[], 0];
    }
    open.push(json);
    length += json.length;
  }
  if (open.length > 0) pieces.push(`[${open.join(",")}]`);
  return pieces;
}

function checkSize(param: Param): void {
  if (typeof param === "string" && param.length > MAX_VALUE_BYTES / 3 && new TextEncoder().encode(param).length > MAX_VALUE_BYTES) {
    throw new Error(`a bound value of over ${MAX_VALUE_BYTES} bytes`);
  }
}
