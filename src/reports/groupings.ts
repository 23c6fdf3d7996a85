// What contacts can be counted by, and the walk along an index that counts them. Pure: every statement stays inside one
// space and inside one field's rows of it.
import { isText } from "../contacts/indexes";
import type { Field } from "../fields/registry";
import { data, type Statement } from "../platform/sql";

/** Values that are told one by one; the rest is one number. */
export const MAX_GROUPS = 200;

export const NAMED = ["created:day", "created:month", "source", "tag", "country", "list", "language", "deliverability", "consent"] as const;
export type Named = (typeof NAMED)[number];
export type Grouping = { readonly by: Named } | { readonly by: "custom"; readonly key: string };

/** A group as it is read: `groups` and `counted` are of all of them, also of those beyond the limit. */
export interface GroupRow {
  name: string;
  value: string | number;
  label: string | null;
  n: number;
  groups: number;
  counted: number;
}

const FACETS = { source: "source.type", tag: "tags", country: "addresses.country", list: "lists", language: "language", deliverability: "emails.state" } as const;
const PERIODS = { "created:day": "%Y-%m-%d", "created:month": "%Y-%m" } as const;

/** Of labels that are kept elsewhere: read for what is told, not for what is counted. */
const LABELS: Partial<Record<Named, string>> = {
  tag: "(SELECT label FROM tags WHERE tags.space_id = ?1 AND tags.key = told.value)",
  list: "(SELECT name FROM lists WHERE lists.id = told.value AND lists.space_id = ?1)",
};

export interface Period {
  readonly from: number;
  readonly to: number;
}

/** The groups, most contacts first (periods: latest first). */
export function countOf(space: number, grouping: Grouping, { from, to }: Period): Statement<"data"> {
  const { by } = grouping;
  if (by === "created:day" || by === "created:month") {
    return data(
      `SELECT '' AS name, strftime('${PERIODS[by]}', created_at / 1000.0, 'unixepoch') AS value, NULL AS label, count(*) AS n, count(*) OVER () AS groups, sum(count(*)) OVER () AS counted
        FROM contacts INDEXED BY contacts_live_created WHERE archived_at IS NULL AND space_id = ?1 AND created_at >= ?2 AND created_at < ?3
        GROUP BY value ORDER BY value DESC LIMIT ${MAX_GROUPS}`,
      space, from, to,
    );
  }
  const within = by === "consent" ? "field > 'consent.' AND field < 'consent/'" : "field = ?2";
  const field = by === "consent" ? [] : [by === "custom" ? `custom.${grouping.key}` : FACETS[by]];
  const label = (by === "custom" ? undefined : LABELS[by]) ?? "NULL";
  return data(
    `SELECT name, value, ${label} AS label, n, groups, counted FROM (
       SELECT field AS name, value, count(*) AS n, count(*) OVER () AS groups, sum(count(*)) OVER () AS counted
       FROM contact_facets WHERE space_id = ?1 AND ${within} GROUP BY field, value ORDER BY n DESC, field, value LIMIT ${MAX_GROUPS}
     ) told`,
    space, ...field,
  );
}

/** A value as the contact has it, as far as the index keeps it: truth values are numbers there, texts folded. */
export const valueOf = (field: Pick<Field, "type"> | undefined, value: string | number): string | number | boolean => (field?.type === "boolean" ? value === 1 : value);

/** What a select's value is called, where the field says so. */
export const labelOf = (field: Field | undefined, value: string | number): string | null => field?.options?.find(({ key }) => key === value)?.label ?? null;

/** Whether a field's values are told folded and, when they are long, by their start. */
export const isFolded = (field: Pick<Field, "type"> | undefined): boolean => field !== undefined && isText(field);
