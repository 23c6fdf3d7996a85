// Keys that are seen where they must not be: in a URL, in a browser. The admins are told, once a day for each key; the
// refusal itself is not held up.
import type { Io } from "../platform/access";
import { DAY } from "../platform/clock";
import { commit, systemCtx, type Plan } from "../platform/commit";
import { control } from "../platform/sql";
import { hash, PlainSecret } from "../platform/secret";
import { countUnknown, isShut } from "./floods";
import { ANYWHERE, isWellFormed } from "./format";
import * as known from "./principals";
import { SUBJECT, subjectOf, type SubjectRow } from "./subject";

type Where = "browser" | "url";

/** Keys that this isolate has told of, and until when it needs not ask again. */
const told = new Map<string, number>();
const MAX_TOLD = 10_000;
/** Keys in one URL that are looked up. */
const MAX_KEYS = 3;

/** A key was sent from a browser. */
export function exposed(io: Io, key: string, where: Where): void {
  if ((told.get(key) ?? 0) > io.now) return;
  io.defer(
    report(io, key, where).then(() => {
      if (told.size >= MAX_TOLD) told.clear();
      told.set(key, io.now + DAY);
    }),
  );
}

/** These texts of a URL hold what looks like keys. */
export function exposedIn(io: Io, texts: readonly string[]): void {
  const keys = texts.flatMap((text) => ANYWHERE.exec(text)?.[0] ?? []).filter((text) => isWellFormed(text)).slice(0, MAX_KEYS);
  if (keys.length > 0 && !isShut(io)) io.defer(Promise.all(keys.map((text) => lookUp(io, text))));
}

async function lookUp(io: Io, text: string): Promise<void> {
  const found = await known.find(hash(io.env.KEY_PEPPER, new PlainSecret(text)), io, false);
  if ("principal" in found) exposed(io, found.principal.id, "url");
  else await countUnknown(io);
}

interface Row extends SubjectRow {
  readonly exposed_at: number | null;
}

async function report(io: Io, key: string, where: Where): Promise<void> {
  const read = () =>
    io.db.control.first<Row>(
      control(`SELECT ${SUBJECT}, k.exposed_at FROM keys k WHERE k.id = ? AND k.status IN ('active', 'paused')`, key),
    );
  const first = await read();
  if (!first) return;
  await commit({ ...systemCtx(first.org_id, io.now), requestId: io.requestId, ip: io.ip }, io.db.control, async (attempt): Promise<Plan<"control", never>> => {
    const row = attempt === 0 ? first : await read();
    if (!row || (row.exposed_at ?? 0) > io.now - DAY) return { reply: { status: 200 }, writes: [], events: [] };
    return {
      reply: { status: 200 },
      guards: [{ database: "control", sql: "SELECT exposed_at IS ? FROM keys WHERE id = ?", params: [row.exposed_at, key] }],
      writes: [control("UPDATE keys SET exposed_at = ? WHERE id = ?", io.now, key)],
      events: [
        {
          ...subjectOf(row), type: "key.exposed",
          data: { where, name: row.name, last4: row.last4 }, notice: { severity: row.environment === "live" ? "critical" : "info" },
        },
      ],
    };
  });
}
