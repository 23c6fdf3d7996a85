// JSON out: a record per line, or one array that can be read line by line too.

import type { Contact } from "../../../contacts/schema";

/** A format out: what stands before all, for each contact (`n` counts from 0), after all. */
export interface Written {
  readonly start: string;
  readonly record: (contact: Partial<Contact>, n: number) => string;
  readonly end: string;
}

export const ndjson: Written = { start: "", record: (contact) => `${JSON.stringify(contact)}\n`, end: "" };
export const json: Written = { start: "[\n", record: (contact, n) => `${n === 0 ? "" : ",\n"}${JSON.stringify(contact)}`, end: "\n]\n" };
