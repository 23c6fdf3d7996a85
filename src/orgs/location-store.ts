// Locations and their spaces: reads run, writes are returned.
import type { OrgCtx, Space } from "../platform/context";
import { control, type Database, type Statement } from "../platform/sql";

export interface LocationRow {
  id: string;
  org_id: string;
  name: string;
  default_country: string;
  live_space: number;
  sandbox_space: number;
  version: number;
  created_at: number;
  updated_at: number;
}

/** A location as it is made: the database numbers its spaces. */
export type NewLocationRow = Omit<LocationRow, "live_space" | "sandbox_space">;

/** A location, with the next two space numbers taken in the same batch. */
export const insertLocation = (row: NewLocationRow): Statement<"control">[] => [
  control("UPDATE space_numbers SET last = last + 2 WHERE only = 1"),
  control(
    `INSERT INTO locations (id, org_id, name, default_country, live_space, sandbox_space, version, created_at, updated_at)
      SELECT ?1, ?2, ?3, ?4, last - 1, last, ?5, ?6, ?7 FROM space_numbers WHERE only = 1`,
    row.id, row.org_id, row.name, row.default_country, row.version, row.created_at, row.updated_at,
  ),
];

export const updateLocation = (row: LocationRow): Statement<"control"> =>
  control(
    "UPDATE locations SET name = ?, default_country = ?, version = ?, updated_at = ? WHERE org_id = ? AND id = ?",
    row.name, row.default_country, row.version, row.updated_at, row.org_id, row.id,
  );

export const readLocation = (database: Database<"control">, org: string, id: string): Promise<LocationRow | null> =>
  database.first<LocationRow>(control("SELECT * FROM locations WHERE org_id = ? AND id = ?", org, id));

/** In the order of ids; `within` null: all of the organization's. */
export const listLocations = (database: Database<"control">, org: string, within: readonly string[] | null, after: string, limit: number): Promise<LocationRow[]> =>
  database.all<LocationRow>(
    control(
      `SELECT * FROM locations WHERE org_id = ?1 AND id > ?2 ${within ? "AND id IN (SELECT value FROM json_each(?4))" : ""} ORDER BY id LIMIT ?3`,
      org, after, limit, ...(within ? [JSON.stringify(within)] : []),
    ),
  );

/** The space of a location in an environment, or null when the organization has no such location. */
export async function spaceOf(ctx: Pick<OrgCtx, "db">, org: string, location: string, environment: Space["environment"]): Promise<Space | null> {
  const row = await readLocation(ctx.db.control, org, location);
  return row && { id: environment === "live" ? row.live_space : row.sandbox_space, location, environment, defaultCountry: row.default_country };
}

/** A space, whose it is, and what its organization says of archived contacts (null: they stay). */
export interface OwnedSpace {
  readonly org: string;
  readonly space: Space;
  readonly retentionDays: number | null;
}

/** Those of these spaces that there are, of whatever organizations. */
export async function spacesNumbered(database: Database<"control">, numbers: readonly number[]): Promise<OwnedSpace[]> {
  const of = (environment: Space["environment"]): string =>
    `SELECT sought.value AS id, '${environment}' AS environment, l.id AS location, l.default_country, o.id AS org, o.archived_retention_days AS days
      FROM json_each(?1) sought CROSS JOIN locations l ON l.${environment}_space = sought.value CROSS JOIN organizations o ON o.id = l.org_id`;
  const rows = await database.all<{ id: number; environment: Space["environment"]; location: string; default_country: string; org: string; days: number | null }>(
    control(`${of("live")} UNION ALL ${of("sandbox")}`, JSON.stringify(numbers)),
  );
  return rows.map(({ org, days, default_country: defaultCountry, ...space }) => ({ org, retentionDays: days, space: { ...space, defaultCountry } }));
}
