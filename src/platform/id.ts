// TypeIDs: a prefix and a base32 UUIDv7, so that ids say what they name and sort by time (jetify TypeID 0.3, RFC 9562).
import { TypeID } from "typeid-js";

export const PREFIXES = {
  organization: "org",
  location: "loc",
  member: "mem",
  key: "key",
  contact: "con",
  event: "evt",
  job: "job",
  import: "imp",
  export: "exp",
  integration: "app",
  accessRequest: "req",
  notification: "ntf",
  field: "fld",
  tag: "tag",
  list: "lst",
  segment: "seg",
  note: "note",
  activity: "act",
  consent: "cst",
  engagement: "eng",
  merge: "mrg",
  privacyRequest: "prv",
  user: "usr",
  session: "ses",
  account: "acc",
  verification: "ver",
  secondFactor: "sef",
  passkey: "psk",
} as const;
export type Kind = keyof typeof PREFIXES;

/** A new id of this kind, with the time `now` (ms) in its first 48 bits. */
export function newId(kind: Kind, now: number): string {
  return TypeID.fromUUIDBytes(PREFIXES[kind], uuidv7(now)).toString();
}

/** The id of a request: a UUID, the cheapest that there is, because every answer has one. */
export const newRequestId = (): string => crypto.randomUUID();

/** Whether `text` has the form of an id of this kind. */
export const isId = (kind: Kind, text: string): boolean => PATTERNS[kind].test(text);

/** The pattern of such an id, for schemas. */
export const idPattern = (kind: Kind): RegExp => PATTERNS[kind];

const pattern = (kind: Kind): RegExp => new RegExp(`^${PREFIXES[kind]}_[0-7][0-9a-hjkmnp-tv-z]{25}$`);
const PATTERNS: Record<Kind, RegExp> = {
  organization: pattern("organization"),
  location: pattern("location"),
  member: pattern("member"),
  key: pattern("key"),
  contact: pattern("contact"),
  event: pattern("event"),
  job: pattern("job"),
  import: pattern("import"),
  export: pattern("export"),
  integration: pattern("integration"),
  accessRequest: pattern("accessRequest"),
  notification: pattern("notification"),
  field: pattern("field"),
  tag: pattern("tag"),
  list: pattern("list"),
  segment: pattern("segment"),
  note: pattern("note"),
  activity: pattern("activity"),
  consent: pattern("consent"),
  engagement: pattern("engagement"),
  merge: pattern("merge"),
  privacyRequest: pattern("privacyRequest"),
  user: pattern("user"),
  session: pattern("session"),
  account: pattern("account"),
  verification: pattern("verification"),
  secondFactor: pattern("secondFactor"),
  passkey: pattern("passkey"),
};

function uuidv7(now: number): Uint8Array {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(now / 0x10000));
  view.setUint16(4, now % 0x10000);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  return bytes;
}
