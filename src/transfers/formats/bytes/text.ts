// Bytes as text, piece by piece. A byte that the encoding has not ends the file instead of becoming a question mark.
import { wrongEncoding } from "./encoding";
import type { Pieces } from "./pieces";

export async function* textOf(pieces: Pieces, encoding: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: false });
  for await (const piece of pieces) {
    const text = decoded(decoder, piece, encoding);
    if (text !== "") yield text;
  }
  const rest = decoded(decoder, undefined, encoding);
  if (rest !== "") yield rest;
}

function decoded(decoder: TextDecoder, piece: Uint8Array | undefined, encoding: string): string {
  try {
    return decoder.decode(piece, { stream: piece !== undefined });
  } catch {
    throw wrongEncoding(encoding);
  }
}
