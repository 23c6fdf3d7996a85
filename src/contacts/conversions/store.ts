// The index rows of one field, taken out and put in apart from any change of a contact.
import type { SliceCtx } from "../../jobs/kind";
import type { Space } from "../../platform/context";
import { data, inPieces, type Statement } from "../../platform/sql";
import type { Facet, Identity } from "../indexes";
import type { Hung } from "../store";

/** Whether any index row of the field is left. */
export const isIndexed = async ({ db, space }: SliceCtx, key: string): Promise<boolean> =>
  (await db.data.first(
    data(
      `SELECT 1 WHERE EXISTS (SELECT 1 FROM contact_facets WHERE space_id = ?1 AND field = ?2)
        OR EXISTS (SELECT 1 FROM contact_keys WHERE space_id = ?1 AND kind = 'external_id' AND value >= ?3 AND value < ?4)`,
      space.id, `custom.${key}`, ...identitiesOf(key),
    ),
  )) !== null;

/** All values that a unique field has as identities lie between these: `:` and what comes after it. */
const identitiesOf = (key: string): [string, string] => [`custom.${key}:`, `custom.${key};`];

/** Deletes up to `limit` rows of each index. */
export const deleteIndex = (space: Space, key: string, limit: number): Statement<"data">[] => [
  data(
    `DELETE FROM contact_facets WHERE (space_id, field, value, rid) IN (SELECT space_id, field, value, rid FROM contact_facets WHERE space_id = ? AND field = ? LIMIT ?)`,
    space.id, `custom.${key}`, limit,
  ),
  data(
    `DELETE FROM contact_keys WHERE (space_id, kind, value, rid) IN (
       SELECT space_id, kind, value, rid FROM contact_keys WHERE space_id = ? AND kind = 'external_id' AND value >= ? AND value < ? LIMIT ?)`,
    space.id, ...identitiesOf(key), limit,
  ),
];

/** Puts in those that are not there yet. */
export const fillFacets = (space: Space, sets: readonly Hung<Facet>[]): Statement<"data">[] =>
  inPieces(sets, ({ id, items }) => [id, items]).map((json) =>
    data(
      `INSERT INTO contact_facets (space_id, field, value, rid) SELECT ?1, item.value ->> 0, item.value ->> 1, c.rid
        FROM json_each(?2) one CROSS JOIN contacts c ON c.id = one.value ->> 0 CROSS JOIN json_each(one.value, '$[1]') item WHERE true ON CONFLICT DO NOTHING`,
      space.id, json,
    ),
  );

/** The same; one that another live contact owns breaks the constraint. */
export const fillIdentities = (space: Space, sets: readonly Hung<Identity>[]): Statement<"data">[] =>
  inPieces(sets, ({ id, items }) => [id, items.map(({ kind, value }) => [kind, value])]).map((json) =>
    data(
      `INSERT INTO contact_keys (space_id, kind, value, rid, live) SELECT ?1, item.value ->> 0, item.value ->> 1, c.rid, c.archived_at IS NULL
        FROM json_each(?2) one CROSS JOIN contacts c ON c.id = one.value ->> 0 CROSS JOIN json_each(one.value, '$[1]') item
        WHERE true ON CONFLICT (space_id, kind, value, rid) DO NOTHING`,
      space.id, json,
    ),
  );

/** What is compared of texts, of contacts that stay as they are. */
export const setFolded = (space: Space, rows: readonly { readonly rid: number; readonly folded: string }[]): Statement<"data">[] =>
  inPieces(rows, ({ rid, folded }) => [rid, folded]).map((json) =>
    data("UPDATE contacts SET folded = new.value ->> 1 FROM json_each(?2) new WHERE contacts.rid = new.value ->> 0 AND contacts.space_id = ?1", space.id, json),
  );
