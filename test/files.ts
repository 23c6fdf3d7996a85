// Files for tests of the formats: bytes in pieces of any size, opened and read to their end.
import { open } from "../src/transfers/formats/open";
import { Unreadable, type FileAsked, type FileFacts, type SourceRow } from "../src/transfers/formats/source";

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A stream of these chunks; `taken` counts how many were asked for. */
export function streamOf(chunks: Iterable<Uint8Array>, taken = { chunks: 0, canceled: false }): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) return controller.close();
      taken.chunks += 1;
      controller.enqueue(value);
    },
    cancel() {
      taken.canceled = true;
    },
  });
}

/** Cut at these places (as fractions of a thousand). */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => Math.floor((place * bytes.length) / 1_000)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.slice(at[i], end));
}

export const utf16 = (text: string, littleEndian: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i += 1) view.setUint16(i * 2, text.charCodeAt(i), littleEndian);
  return new Uint8Array(view.buffer);
};

export const gzipped = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await new Response(streamOf([bytes]).pipeThrough(new CompressionStream("gzip"))).arrayBuffer());

export interface Read {
  readonly facts: FileFacts;
  readonly rows: SourceRow[];
}

export async function readAll(chunks: Iterable<Uint8Array>, asked: FileAsked = {}): Promise<Read> {
  const { facts, sets } = await open(streamOf(chunks), asked);
  const rows: SourceRow[] = [];
  for await (const set of sets) rows.push(...set);
  return { facts, rows };
}

export const read = (text: string | Uint8Array, asked: FileAsked = {}): Promise<Read> => readAll([typeof text === "string" ? bytesOf(text) : text], asked);

/** The code and message of what a file is refused with. */
export async function refusal(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Unreadable) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("it was read");
}
