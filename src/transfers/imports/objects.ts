// The objects of an import: the file as it was sent, and its rows, a thousand to an object. Each reading of a file writes
// rows under a name of its own, so a half-written one is nobody's.
import type { Env } from "../../env";
import { DAY } from "../../platform/clock";
import type { Space } from "../../platform/context";
import * as z from "zod";
import type { SourceRow } from "../formats/source";

export const ROWS_PER_OBJECT = 1_000;
/** How long files and what undoes an import are kept. */
export const KEPT_MS = 30 * DAY;

type Files = Pick<Env, "FILES">;

/** One reading of the file of an import. */
export interface Reading {
  readonly space: Pick<Space, "id">;
  readonly import: string;
  /** Of the reading. */
  readonly name: string;
}

const folder = ({ space, import: id }: Omit<Reading, "name">): string => `imports/${space.id}/${id}`;
export const sourceKey = (of: Omit<Reading, "name">): string => `${folder(of)}/source`;
const rowsKey = (reading: Reading, n: number): string => `${folder(reading)}/rows/${reading.name}/${String(n).padStart(5, "0")}`;

export const putRows = async ({ FILES }: Files, reading: Reading, n: number, rows: readonly SourceRow[]): Promise<void> => {
  await FILES.put(rowsKey(reading, n), JSON.stringify(rows), { httpMetadata: { contentType: "application/json" } });
};

const stored = z.array(
  z.object({
    row: z.int(),
    source: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]),
    fault: z.object({ code: z.string(), message: z.string() }).optional(),
  }),
);

/** The object whose rows were read last: a slice mostly goes on where the one before it ended. */
let last: { readonly key: string; readonly etag: string; readonly rows: readonly SourceRow[] } | null = null;

/** The rows of one object; none where there is none. */
export async function readRows({ FILES }: Files, reading: Reading, n: number): Promise<readonly SourceRow[]> {
  const key = rowsKey(reading, n);
  const known = last?.key === key ? last : null;
  const object = known === null ? await FILES.get(key) : await FILES.get(key, { onlyIf: { etagDoesNotMatch: known.etag } });
  if (!object) return [];
  // Without a body it is still as it was read.
  if (!hasBody(object)) return known?.rows ?? [];
  const rows = stored.parse(await object.json()).map(({ fault, ...row }): SourceRow => (fault ? { ...row, fault } : row));
  last = { key, etag: object.etag, rows };
  return rows;
}

const hasBody = (object: R2Object | R2ObjectBody): object is R2ObjectBody => "body" in object;

/** The rows from `first` on (1-based), up to `limit`. */
export async function rowsFrom(files: Files, reading: Reading, first: number, limit: number): Promise<SourceRow[]> {
  const found: SourceRow[] = [];
  for (let n = objectOf(first); found.length < limit; n += 1) {
    const rows = await readRows(files, reading, n);
    if (rows.length === 0) break;
    found.push(...rows.slice(Math.max(0, first + found.length - 1 - n * ROWS_PER_OBJECT), Math.max(0, first + found.length - 1 - n * ROWS_PER_OBJECT) + limit - found.length));
  }
  return found;
}

export const objectOf = (position: number): number => Math.floor((position - 1) / ROWS_PER_OBJECT);

const PER_LIST = 1_000;

/** Deletes up to a thousand objects of an import; answers whether none is left. `but`: the reading that stays, with the source. */
export async function deleteObjects({ FILES }: Files, of: Omit<Reading, "name">, but: string | null = null): Promise<boolean> {
  const { objects, truncated } = await FILES.list({ prefix: `${folder(of)}/`, limit: PER_LIST });
  const keys = objects.map(({ key }) => key).filter((key) => but === null || !(key === sourceKey(of) || key.startsWith(`${folder(of)}/rows/${but}/`)));
  if (keys.length > 0) await FILES.delete(keys);
  return !truncated;
}
