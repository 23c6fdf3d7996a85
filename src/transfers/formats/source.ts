// What a file of contacts is read as, whatever its format: records in the order of the file, some at a time.

/** One record before it is mapped: cells in the order of the header, or an object (JSON, vCard). */
export type Source = readonly string[] | Readonly<Record<string, unknown>>;

export interface SourceRow {
  /** 1-based, of the records of the file; a header is none. */
  readonly row: number;
  readonly source: Source;
  /** Why the record can't be taken as it stands: it costs itself, not its neighbours. */
  readonly fault?: { readonly code: string; readonly message: string };
}

export const FORMATS = ["csv", "tsv", "json", "ndjson", "vcard"] as const;
export type Format = (typeof FORMATS)[number];

/** What was found out from the head of a file. */
export interface FileFacts {
  readonly format: Format;
  /** `utf-8`, `utf-16le`, `windows-1252` …, as the Encoding Standard names them. */
  readonly encoding: string;
  readonly gzip: boolean;
  /** Of csv and tsv. */
  readonly delimiter: string | null;
  /** Names of the columns; of JSON the members seen in the head; of vCard none. Unique: a second `Email` is `Email (2)`. */
  readonly columns: readonly string[];
}

/** Stated by who uploads; what is absent is found out. */
export interface FileAsked {
  readonly format?: Format | undefined;
  readonly encoding?: string | undefined;
  readonly delimiter?: string | undefined;
  /** Of the first records of a table the one that is its header: tools that are known may begin with notes. */
  readonly headerAt?: ((rows: readonly (readonly string[])[]) => number) | undefined;
}

export interface OpenFile {
  readonly facts: FileFacts;
  /** Rows in sets of some hundreds. Throws `Unreadable` where the file breaks. */
  readonly sets: AsyncIterable<readonly SourceRow[]>;
}

/** The file as a whole can't be read: `code` is a word for programs, the message is for people. */
export class Unreadable extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
