// A file of contacts opened: unpacked, decoded and parsed as it streams, with what was found out from its head.
import { headOf, piecesOf, type Pieces } from "./bytes/pieces";
import { bounded, gunzipped, isGzip } from "./bytes/gunzip";
import { refuseBinary } from "./bytes/disguise";
import { encodingOf } from "./bytes/encoding";
import { textOf } from "./bytes/text";
import { dialectOf } from "./csv/dialect";
import { CsvReader } from "./csv/reader";
import { JsonReader } from "./json/reader";
import { NdjsonReader } from "./json/lines";
import { HEAD_BYTES, ROWS_PER_SET } from "./limits";
import type { Reader } from "./reader";
import { formatOf } from "./sniff";
import { Unreadable, type FileAsked, type FileFacts, type Format, type OpenFile, type SourceRow } from "./source";
import { VcardReader } from "./vcard/reader";

const MAGIC_BYTES = 2;

type Sets = AsyncGenerator<readonly SourceRow[], void>;

/** Throws `Unreadable`; so may the sets. Whoever takes no more of them ends the stream by that. */
export async function open(bytes: ReadableStream<Uint8Array>, asked: FileAsked = {}): Promise<OpenFile> {
  const source = piecesOf(bytes);
  try {
    return await opened(source, asked);
  } catch (error) {
    await source.return();
    throw error;
  }
}

async function opened(source: Pieces, asked: FileAsked): Promise<OpenFile> {
  const packed = await headOf(source, MAGIC_BYTES);
  const gzip = isGzip(packed.head);
  const unpacked = bounded(gzip ? gunzipped(packed.pieces) : packed.pieces);
  try {
    const { head, pieces, whole } = await headOf(unpacked, HEAD_BYTES);
    refuseBinary(head);
    const encoding = encodingOf(head, asked.encoding, whole);
    const text = new TextDecoder(encoding).decode(head, { stream: true });
    if (whole && text.trim() === "") throw new Unreadable("empty_file", "The file is empty.");
    const { format, reader } = readerOf(text, whole, asked);
    const sets = setsOf(textOf(pieces, encoding), reader);
    const first = await sets.next();
    const facts: FileFacts = { format, encoding, gzip, delimiter: reader.delimiter, columns: reader.columns };
    return { facts, sets: first.done ? sets : withFirst(first.value, sets) };
  } catch (error) {
    await unpacked.return();
    throw error;
  }
}

function readerOf(head: string, whole: boolean, { format: asked, delimiter, headerAt }: FileAsked): { format: Format; reader: Reader } {
  const format = asked ?? formatOf(head);
  if (format === "json") return { format, reader: new JsonReader() };
  if (format === "ndjson") return { format, reader: new NdjsonReader() };
  if (format === "vcard") return { format, reader: new VcardReader() };
  const dialect = dialectOf(head, whole, delimiter ?? (format === "tsv" ? "\t" : undefined), headerAt);
  const reader = new CsvReader(dialect);
  return { format: asked ?? (dialect.delimiter === "\t" ? "tsv" : "csv"), reader };
}

async function* setsOf(texts: AsyncIterable<string>, reader: Reader): Sets {
  for await (const text of texts) yield* inSets(reader.feed(text));
  yield* inSets(reader.end());
}

function* inSets(rows: readonly SourceRow[]): Generator<readonly SourceRow[], void> {
  for (let at = 0; at < rows.length; at += ROWS_PER_SET) yield rows.slice(at, at + ROWS_PER_SET);
}

async function* withFirst(first: readonly SourceRow[], rest: Sets): Sets {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}
