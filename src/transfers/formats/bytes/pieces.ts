// A stream as small pieces, and its beginning looked at without taking it away.
import { PIECE_BYTES } from "../limits";

export type Pieces = AsyncGenerator<Uint8Array, void>;

/** No piece is larger than `size`, however large the chunks of the stream are. The stream is let go of when the pieces are. */
export async function* piecesOf(bytes: ReadableStream<Uint8Array>, size = PIECE_BYTES): Pieces {
  const reader = bytes.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        ended = true;
        return;
      }
      yield* cut(value, size);
    }
  } finally {
    // Who ends early is not told that a stream could not be let go of.
    if (!ended) await reader.cancel().catch(() => {});
  }
}

export function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The first `size` bytes (or all that there are), and all pieces from the first one on. */
export async function headOf(pieces: Pieces, size: number): Promise<{ head: Uint8Array; pieces: Pieces; whole: boolean }> {
  const held: Uint8Array[] = [];
  let length = 0;
  let whole = false;
  while (length < size && !whole) {
    const { done, value } = await pieces.next();
    if (done) whole = true;
    else {
      held.push(value);
      length += value.length;
    }
  }
  const head = new Uint8Array(length);
  let at = 0;
  for (const piece of held) {
    head.set(piece, at);
    at += piece.length;
  }
  return { head, pieces: chained(held, pieces), whole };
}

async function* chained(held: Uint8Array[], rest: Pieces): Pieces {
  try {
    for (let piece = held.shift(); piece; piece = held.shift()) yield piece;
    yield* rest;
  } finally {
    await rest.return();
  }
}
