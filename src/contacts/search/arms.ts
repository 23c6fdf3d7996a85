// The statements of a search. An arm walks one index in one order and looks at a bounded number of contacts; what the index
// does not say is checked on the way.
import { data, type Statement } from "../../platform/sql";
import { COLUMNS } from "../store";
import { directionOf, found, joined, placeAfter, several, shareOf, valueWalk, walked, type Arm, type Walk } from "./walks";

/** What an answer tells of a contact, and its place in an order: whatever else a row has would be carried for nothing. */
const TOLD = "rid, id, version, doc, created_at, updated_at, archived_at";
const toldIn = ({ order }: Walk): string => (order === "last_name_key" ? `${TOLD}, last_name_key` : TOLD);

/** The contacts of an arm that come next: at most `limit`, of at most `looked` that are looked at; `whole`: as they are kept. */
export function rowsOf(arm: Arm, walk: Walk, looked: number, limit: number, whole = false): Statement<"data"> {
  const columns = whole ? COLUMNS : toldIn(walk);
  const order = walk.order === "value" ? ", k.value AS sort_value" : "";
  const ofContactsAlone = arm.lead === null || arm.lead.by === "created_at" || arm.lead.by === "updated_at";
  if (ofContactsAlone && arm.rest.length === 0) return plainRows(arm, columns, walk, limit);
  const from = walked(arm, walk.order === "rid" ? "rid" : `rid, ${walk.order}`, walk, looked);
  const rest = joined(arm.rest);
  return data(`SELECT ${columnsOf("c", columns)}${order} FROM (${from.sql}) AS k ${CONTACTS} WHERE ${rest.sql} LIMIT ?`, ...from.params, walk.space, ...rest.params, limit);
}

/** The contacts of what a lead finds; of this space, whatever the index says. */
const CONTACTS = "CROSS JOIN contacts AS c ON c.rid = k.rid AND c.space_id = ?";

/** Nothing to check: the index itself is the page. */
function plainRows(arm: Arm, columns: string, walk: Walk, limit: number): Statement<"data"> {
  const { sql, params } = walked(arm, columns, walk, limit);
  return data(sql, ...params);
}

const columnsOf = (table: string, columns: string): string => columns.replaceAll(/\b\w+\b/g, (column) => `${table}.${column}`);

/** The keys of the last candidate that an arm looks at, where there are as many. */
export function horizonOf(arm: Arm, walk: Walk, looked: number): Statement<"data"> {
  const keys = walk.order === "rid" ? "rid" : `${walk.order}, rid`;
  if (several(arm.lead)) {
    // Each value is walked as far as its share of what is looked at goes; the least far one bounds them all.
    const each = shareOf(arm, looked);
    const { along, params } = valueWalk(arm.lead, walk, "s.value", false);
    const direction = walk.descending ? "max" : "min";
    return data(
      `SELECT ${direction}(r) AS rid FROM (SELECT (SELECT g.rid FROM ${along} ORDER BY g.rid ${directionOf(walk)} LIMIT 1 OFFSET ${each - 1}) AS r FROM json_each(?) AS s)`,
      ...params, JSON.stringify(arm.lead.values),
    );
  }
  const { sql, params } = walked(arm, keys, walk, looked);
  return data(`SELECT * FROM (${sql}) LIMIT 1 OFFSET ?`, ...params, looked - 1);
}

/** How many contacts an arm finds (`n`), below `most` and among `looked`; `open`: there may be more. */
export function countOf(arm: Arm, walk: Pick<Walk, "space">, looked: number, most: number): Statement<"data"> {
  if (arm.rest.length === 0) {
    const from = found(arm, walk, most);
    return data(`SELECT count(*) AS n, count(*) >= ? AS open FROM (${from.sql})`, most, ...from.params);
  }
  const from = found(arm, walk, looked);
  const rest = joined(arm.rest);
  return data(
    `SELECT count(*) AS n, count(*) >= ? OR (SELECT count(*) FROM (${from.sql})) >= ? AS open FROM (SELECT 1 FROM (${from.sql}) AS k ${CONTACTS} WHERE ${rest.sql} LIMIT ?)`,
    most, ...from.params, looked, ...from.params, walk.space, ...rest.params, most,
  );
}

/** All that the arm's lead finds, up to `most`, sorted by the walk's order, from its place on. */
export function sortedRows(arm: Arm, walk: Walk, most: number, limit: number): Statement<"data"> {
  const from = found(arm, walk, most);
  const rest = joined([...arm.rest, ...placeAfter(walk, `c.${walk.order}`, "c.rid")]);
  const by = walk.order === "rid" ? `c.rid ${directionOf(walk)}` : `c.${walk.order} ${directionOf(walk)}, c.rid ${directionOf(walk)}`;
  return data(`SELECT ${columnsOf("c", toldIn(walk))} FROM (${from.sql}) AS k ${CONTACTS} WHERE ${rest.sql} ORDER BY ${by} LIMIT ?`, ...from.params, walk.space, ...rest.params, limit);
}
