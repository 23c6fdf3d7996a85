// gzip unpacked as it comes. A file that breaks off is told from one that is damaged; a bomb stops at the limit.
import { MAX_UNPACKED_BYTES, PACKED_PIECE_BYTES, PIECE_BYTES } from "../limits";
import { Unreadable } from "../source";
import { cut, type Pieces } from "./pieces";

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** The platform's unpacker keeps all that it is given until it is read: so it gets a small piece only when a read waits for it. */
export async function* gunzipped(packed: Pieces): Pieces {
  const { readable, writable } = new DecompressionStream("gzip");
  const [reader, writer] = [readable.getReader({ mode: "byob" }), writable.getWriter()];
  const parts = partsOf(packed);
  let ended = false;
  try {
    for (;;) {
      const reading = watched(reader.read(new Uint8Array(PIECE_BYTES)));
      await turnOf(reading);
      while (!reading.settled && !ended) {
        const next = await parts.next();
        if (next.done) {
          ended = true;
          // Whether the end is none, the read tells.
          writer.close().catch(() => {});
        } else {
          await unbroken(writer.write(next.value), damaged);
          await turnOf(reading);
        }
      }
      const { done, value } = await unbroken(reading.promise, ended ? truncated : damaged);
      if (done) return;
      yield* cut(value, PIECE_BYTES);
    }
  } finally {
    await Promise.allSettled([writer.abort(), reader.cancel(), parts.return()]);
  }
}

async function* partsOf(packed: Pieces): Pieces {
  for await (const piece of packed) yield* cut(piece, PACKED_PIECE_BYTES);
}

interface Watched<Value> {
  readonly promise: Promise<Value>;
  settled: boolean;
}

/** A read that can be served is, and only then it is known to be. What is at hand takes some turns and no timer. */
async function turnOf(reading: Watched<unknown>): Promise<void> {
  for (let turns = 0; turns < 8 && !reading.settled; turns += 1) await Promise.resolve();
  if (!reading.settled) await Promise.race([Promise.allSettled([reading.promise]), scheduler.wait(0)]);
}

function watched<Value>(promise: Promise<Value>): Watched<Value> {
  const state = { promise, settled: false };
  const settle = (): void => {
    state.settled = true;
  };
  promise.then(settle, settle);
  return state;
}

const unbroken = <Value>(work: Promise<Value>, why: () => Unreadable): Promise<Value> =>
  work.catch(() => {
    throw why();
  });

const truncated = (): Unreadable => new Unreadable("truncated_file", "The gzip file ends too early: a part of it is missing. Upload it again.");
const damaged = (): Unreadable => new Unreadable("damaged_file", "The gzip file is damaged and can't be unpacked. Pack it again, or upload it unpacked.");

/** Stops where there are more bytes than are taken. */
export async function* bounded(pieces: Pieces, max = MAX_UNPACKED_BYTES): Pieces {
  let total = 0;
  for await (const piece of pieces) {
    total += piece.length;
    if (total > max) throw new Unreadable("too_large", `The file has more than ${max / 1_000_000} MB when it is unpacked. Split it.`);
    yield piece;
  }
}
