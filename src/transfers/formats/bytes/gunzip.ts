// gzip unpacked as it comes. A file that breaks off is told from one that is damaged; a bomb stops at the limit.
import { MAX_UNPACKED_BYTES, PACKED_PIECE_BYTES } from "../limits";
import { Unreadable } from "../source";
import { cut, type Pieces } from "./pieces";

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

export async function* gunzipped(packed: Pieces): Pieces {
  const { readable, writable } = new DecompressionStream("gzip");
  const feeding = fed(packed, writable.getWriter());
  const reader = readable.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    ended = true;
    await feeding;
  } catch (error) {
    const cause = ended ? error : await feeding.then(() => error, (first: unknown) => first);
    ended = true;
    if (cause instanceof Broken) throw cause.whole ? truncated() : damaged();
    throw cause;
  } finally {
    if (!ended) await reader.cancel().catch(() => {});
    await packed.return();
  }
}

/** The unpacker's own word that something is wrong, apart from faults of where the bytes come from. */
class Broken extends Error {
  constructor(readonly whole: boolean) {
    super("gzip");
  }
}

async function fed(packed: Pieces, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  try {
    for await (const piece of packed) {
      for (const part of cut(piece, PACKED_PIECE_BYTES)) await told(writer.write(part), false);
    }
    await told(writer.close(), true);
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

const told = (work: Promise<void>, whole: boolean): Promise<void> =>
  work.catch(() => {
    throw new Broken(whole);
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
