// A file taken in: its bytes go to the store of objects and through the reader at once, so that what it is and how many
// rows it has is known when the upload is answered. In memory there is a part of it at a time.
import type { Env } from "../../env";
import { newRequestId } from "../../platform/id";
import { headerAt } from "../columns/recognised";
import type { FileAsked, FileFacts, OpenFile, SourceRow } from "../formats/source";
import type { ImportInput } from "./schema";
import { putRows, ROWS_PER_OBJECT, sourceKey, type Reading } from "./objects";

export interface Taken {
  readonly reading: string;
  readonly facts: FileFacts;
  readonly rows: number;
  readonly sample: readonly SourceRow[];
}

export interface Sent {
  readonly bytes: number;
  readonly sha256: string;
}

const SAMPLE = 20;

type Files = Pick<Env, "FILES">;

/** What the settings leave open may stand in the media type. */
const BY_TYPE: Readonly<Record<string, "tsv" | "ndjson" | "json" | "vcard">> = {
  "text/tab-separated-values": "tsv", "application/x-ndjson": "ndjson", "text/vcard": "vcard", "text/x-vcard": "vcard", "text/directory": "vcard",
};

export function askedOf({ format, encoding, delimiter }: ImportInput, type = "") {
  const known = format === "auto" ? BY_TYPE[type] : format;
  return { headerAt, ...(known === undefined ? {} : { format: known }), ...(encoding === undefined ? {} : { encoding }), ...(delimiter === undefined ? {} : { delimiter }) };
}

export type Opener = (bytes: ReadableStream<Uint8Array>, asked: FileAsked) => Promise<OpenFile>;

/** Reads the rows of a file into objects, under a name of their own. Throws `Unreadable`. */
export async function staged(files: Files, of: Omit<Reading, "name">, open: Opener, bytes: ReadableStream<Uint8Array>, asked: FileAsked): Promise<Taken> {
  const reading = { ...of, name: newRequestId() };
  const { facts, sets } = await open(bytes, asked);
  const sample: SourceRow[] = [];
  let pending: SourceRow[] = [];
  let objects = 0;
  let rows = 0;
  for await (const set of sets) {
    rows += set.length;
    if (sample.length < SAMPLE) sample.push(...set.slice(0, SAMPLE - sample.length));
    pending.push(...set);
    while (pending.length >= ROWS_PER_OBJECT) {
      await putRows(files, reading, objects, pending.slice(0, ROWS_PER_OBJECT));
      pending = pending.slice(ROWS_PER_OBJECT);
      objects += 1;
    }
  }
  if (pending.length > 0) await putRows(files, reading, objects, pending);
  return { reading: reading.name, facts, rows, sample };
}

/** The same stream, whose bytes are kept as the import's source and hashed on their way. `sent` is known once it ended. */
export function keeping(files: Files, of: Omit<Reading, "name">, bytes: ReadableStream<Uint8Array>): { readonly stream: ReadableStream<Uint8Array>; readonly sent: Promise<Sent>; abort(): Promise<void> } {
  const hash = new crypto.DigestStream("SHA-256");
  const hashing = hash.getWriter();
  const source = new Parts(files, sourceKey(of));
  const ended = Promise.withResolvers<Sent>();
  ended.promise.catch(() => undefined);
  hash.digest.catch(() => undefined);
  let length = 0;
  const stream = bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      async transform(chunk, controller) {
        length += chunk.length;
        await Promise.all([hashing.write(chunk), source.write(chunk)]);
        controller.enqueue(chunk);
      },
      async flush() {
        await Promise.all([hashing.close(), source.close()]);
        ended.resolve({ bytes: length, sha256: hex(await hash.digest) });
      },
    }),
  );
  return { stream, sent: ended.promise, abort: () => source.abort() };
}

const hex = (digest: ArrayBuffer): string => [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** R2 takes parts of one size, at least 5 MiB, but for the last one. */
const PART_BYTES = 8 * 1_024 * 1_024;

/** An object whose length nobody knows before its end. */
class Parts {
  private buffer = new Uint8Array(PART_BYTES);
  private filled = 0;
  private upload: R2MultipartUpload | null = null;
  private readonly parts: R2UploadedPart[] = [];

  constructor(
    private readonly files: Files,
    private readonly key: string,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + PART_BYTES - this.filled);
      this.buffer.set(piece, this.filled);
      this.filled += piece.length;
      at += piece.length;
      if (this.filled === PART_BYTES) await this.send();
    }
  }

  private async send(): Promise<void> {
    this.upload ??= await this.files.FILES.createMultipartUpload(this.key);
    this.parts.push(await this.upload.uploadPart(this.parts.length + 1, this.buffer.subarray(0, this.filled)));
    this.filled = 0;
  }

  async close(): Promise<void> {
    if (this.upload === null) return void (await this.files.FILES.put(this.key, this.buffer.subarray(0, this.filled)));
    if (this.filled > 0) await this.send();
    await this.upload.complete(this.parts);
  }

  /** Nothing of what was sent stays. */
  async abort(): Promise<void> {
    await this.upload?.abort().catch(() => undefined);
  }
}
