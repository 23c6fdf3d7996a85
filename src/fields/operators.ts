// What can be asked of a field, by its type: the one table that validation, compilation and documentation read.

export const CUSTOM_TYPES = ["text", "long_text", "integer", "number", "boolean", "date", "datetime", "select", "multi_select", "email", "phone", "url"] as const;
export type CustomType = (typeof CUSTOM_TYPES)[number];

export const OPERATORS = [
  "eq", "neq", "in", "not_in", "contains", "not_contains", "starts_with", "ends_with", "gt", "gte", "lt", "lte", "between",
  "exists", "not_exists", "has_any", "has_all", "has_none", "within_last", "before_last",
] as const;
export type Operator = (typeof OPERATORS)[number];

const PRESENCE = ["exists", "not_exists"] as const;
const SAME = ["eq", "neq", "in", "not_in"] as const;
const PARTS = ["contains", "not_contains", "starts_with", "ends_with"] as const;
const RANGE = ["gt", "gte", "lt", "lte", "between"] as const;
const SETS = ["has_any", "has_all", "has_none"] as const;
const RECENT = ["within_last", "before_last"] as const;

/** `key`: a value of a closed or opaque set, compared exactly; `keys`: a set of those. */
export type FilterType = CustomType | "key" | "keys" | "identity" | "time";

export const OPERATORS_OF: Readonly<Record<FilterType, readonly Operator[]>> = {
  text: [...SAME, ...PARTS, ...PRESENCE],
  long_text: ["contains", "not_contains", ...PRESENCE],
  integer: [...SAME, ...RANGE, ...PRESENCE],
  number: [...SAME, ...RANGE, ...PRESENCE],
  boolean: ["eq", "neq", ...PRESENCE],
  date: [...SAME, ...RANGE, ...RECENT, ...PRESENCE],
  datetime: [...SAME, ...RANGE, ...RECENT, ...PRESENCE],
  select: [...SAME, ...PRESENCE],
  multi_select: [...SETS, ...PRESENCE],
  email: [...SAME, ...PARTS, ...PRESENCE],
  phone: [...SAME, ...PARTS, ...PRESENCE],
  url: [...SAME, ...PARTS, ...PRESENCE],
  key: [...SAME, ...PRESENCE],
  keys: [...SETS, ...PRESENCE],
  identity: [...SAME, ...PRESENCE],
  time: ["eq", "neq", ...RANGE, ...RECENT, ...PRESENCE],
};

/** The members of a contact that filters take, beside `custom.<key>`, `external_ids.<name>` and `consent.<channel>.<topic>`. */
export const BUILT_IN = {
  id: "key",
  status: "key",
  first_name: "text",
  last_name: "text",
  company: "text",
  job_title: "text",
  emails: "email",
  "emails.state": "keys",
  phones: "phone",
  external_ids: "identity",
  "addresses.city": "text",
  "addresses.region": "text",
  "addresses.postal_code": "text",
  "addresses.country": "key",
  birthday: "date",
  language: "key",
  timezone: "key",
  urls: "url",
  tags: "keys",
  lists: "keys",
  "source.type": "key",
  created_at: "time",
  updated_at: "time",
} as const satisfies Record<string, FilterType>;
export type BuiltIn = keyof typeof BUILT_IN;
