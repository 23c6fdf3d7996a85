// Counts of live contacts for dashboards, of one moment and in one round trip: what a report costs is the index rows of
// its field in its own space, never anything of another.
import { judged, type Field } from "../fields/registry";
import type { DataCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { busy } from "../platform/problems";
import { data } from "../platform/sql";
import { countOf, isFolded, labelOf, valueOf, type Grouping, type GroupRow } from "./groupings";
import { fieldNotFilterable, type ContactReport } from "./schema";

export interface Asked {
  readonly grouping: Grouping;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

interface Beside {
  total: number;
  revision: number;
}

const MAX_ROUNDS = 3;

/** Throws `field_not_filterable` (400). */
export async function contacts(ctx: DataCtx, { grouping, from = 0, to = Number.MAX_SAFE_INTEGER }: Asked): Promise<Reply<ContactReport>> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const known = grouping.by === "custom" ? await judged(ctx, round > 0, ({ fields, revision }) => ({ field: filterable(fields.get(grouping.key), grouping.key), revision })) : null;
    const beside = data("SELECT coalesce(sum(live), 0) AS total, coalesce(sum(revision), 0) AS revision FROM spaces WHERE space_id = ?", ctx.space.id);
    const [rows, [state]] = await ctx.db.data.both<GroupRow, Beside>(countOf(ctx.space.id, grouping, { from, to }), beside);
    if (known && (state?.revision ?? 0) !== known.revision) continue;
    return { status: 200, body: reportOf(grouping, rows, state?.total ?? 0, known?.field) };
  }
  throw busy("The fields of this space are changing too fast.", {}, { "Retry-After": "1" });
}

function filterable(field: Field | undefined, key: string): Field {
  if (field?.filterable && !field.frozen?.job) return field;
  const message = field?.frozen ? `the values of custom.${key} are being converted` : field ? `custom.${key} is not filterable` : `there is no custom.${key}`;
  throw fieldNotFilterable(`Contacts can't be counted by \`custom.${key}\`.`, { field: `custom.${key}`, errors: [{ parameter: "group_by", code: "field_not_filterable", message }] });
}

function reportOf(grouping: Grouping, rows: readonly GroupRow[], total: number, field: Field | undefined): ContactReport {
  const told = rows.reduce((sum, { n }) => sum + n, 0);
  const [{ groups, counted }] = [rows[0] ?? { groups: 0, counted: 0 }];
  const inOrder = grouping.by === "created:day" || grouping.by === "created:month" ? rows.toReversed() : rows;
  return {
    group_by: grouping.by === "custom" ? `custom.${grouping.key}` : grouping.by,
    total,
    groups: inOrder.map(({ name, value, label, n }) => ({
      value: valueOf(field, value),
      label: label ?? (isFolded(field) ? null : labelOf(field, value)),
      count: n,
      ...(grouping.by === "consent" ? consentIn(name) : {}),
    })),
    other: { groups: groups - rows.length, count: counted - told },
  };
}

/** `consent.<channel>.<topic>` */
function consentIn(name: string): { channel: string; topic: string } {
  const [, channel = "", topic = ""] = name.split(".");
  return { channel, topic };
}
