// better-auth's storage, in our statements on our tables.
import { APIError } from "better-auth/api";
import { createAdapterFactory } from "better-auth/adapters";
import type { BetterAuthOptions } from "better-auth/types";
import { now } from "../../platform/clock";
import { newId } from "../../platform/id";
import { control, failureOf, type Database, type Param, type Statement } from "../../platform/sql";
import { assignments, clauseOf, columnOf, modelOf, opened, Seal, type Clause, type Fields, type Row } from "./sql";

/**
 * The adapter of one request. The library's transactions only ever make rows that hang together (a user and its account):
 * they are gathered and sent as one batch; anything else in between sends what was gathered first.
 */
export const adapterOf = (database: Database<"control">, secret: string) => (options: BetterAuthOptions) => {
  const seal = new Seal(secret);
  const make = (gathered: Statement<"control">[] | null) => {
    const send = async (): Promise<void> => {
      if (gathered && gathered.length > 0) await takenOr(database.batch(gathered.splice(0)));
    };
    const all = async (sql: string, ...params: readonly Param[]): Promise<Row[]> => {
      await send();
      return takenOr(database.all<Row>(control(sql, ...params)));
    };
    return createAdapterFactory({
      config: {
        adapterId: "connectkit",
        supportsBooleans: false,
        supportsDates: true,
        customIdGenerator: ({ model }) => newId(modelOf(model).kind, now()),
        transaction: gathered
          ? false
          : async (work) => {
              const rows: Statement<"control">[] = [];
              const result = await work(make(rows)(options));
              if (rows.length > 0) await takenOr(database.batch(rows.splice(0)));
              return result;
            },
      },
      adapter: ({ schema }) => {
        const fieldsOf = (model: string): Fields => schema[model]?.fields ?? {};
        const rowOf = (model: string, [row]: readonly Row[]) => (row ? opened(modelOf(model).table, fieldsOf(model), row, seal) : null);
        const one = (table: string, { sql, params }: Clause): Clause => ({ sql: `id = (SELECT id FROM ${table} WHERE ${sql} LIMIT 1)`, params });
        return {
          async create({ model, data }) {
            const { table } = modelOf(model);
            const columns = Object.keys(data).map(columnOf);
            const params = Object.entries(data).map(([field, value]) => seal.param(table, columnOf(field), value));
            const sql = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
            if (gathered) gathered.push(control(sql, ...params));
            else await all(sql, ...params);
            return data;
          },
          async findOne({ model, where }) {
            const { table } = modelOf(model);
            const { sql, params } = clauseOf(table, where, seal);
            return rowOf(model, await all(`SELECT * FROM ${table} WHERE ${sql} LIMIT 1`, ...params));
          },
          async findMany({ model, where = [], limit, offset = 0, sortBy }) {
            const { table } = modelOf(model);
            const { sql, params } = clauseOf(table, where, seal);
            const order = sortBy ? ` ORDER BY ${columnOf(sortBy.field)} ${sortBy.direction === "asc" ? "ASC" : "DESC"}` : "";
            const rows = await all(`SELECT * FROM ${table} WHERE ${sql}${order} LIMIT ? OFFSET ?`, ...params, limit, offset);
            return rows.map((row) => opened(table, fieldsOf(model), row, seal));
          },
          async count({ model, where = [] }) {
            const { table } = modelOf(model);
            const { sql, params } = clauseOf(table, where, seal);
            return Number((await all(`SELECT count(*) AS n FROM ${table} WHERE ${sql}`, ...params))[0]?.["n"] ?? 0);
          },
          async update({ model, where, update }) {
            const { table } = modelOf(model);
            const set = assignments(table, update, seal);
            const { sql, params } = one(table, clauseOf(table, where, seal));
            return rowOf(model, await all(`UPDATE ${table} SET ${set.sql} WHERE ${sql} RETURNING *`, ...set.params, ...params));
          },
          async updateMany({ model, where, update }) {
            const { table } = modelOf(model);
            const set = assignments(table, update, seal);
            const { sql, params } = clauseOf(table, where, seal);
            return (await all(`UPDATE ${table} SET ${set.sql} WHERE ${sql} RETURNING id`, ...set.params, ...params)).length;
          },
          async delete({ model, where }) {
            const { table } = modelOf(model);
            const { sql, params } = one(table, clauseOf(table, where, seal));
            await all(`DELETE FROM ${table} WHERE ${sql}`, ...params);
          },
          async deleteMany({ model, where }) {
            const { table } = modelOf(model);
            const { sql, params } = clauseOf(table, where, seal);
            return (await all(`DELETE FROM ${table} WHERE ${sql} RETURNING id`, ...params)).length;
          },
          async consumeOne({ model, where }) {
            const { table } = modelOf(model);
            const { sql, params } = one(table, clauseOf(table, where, seal));
            return rowOf(model, await all(`DELETE FROM ${table} WHERE ${sql} RETURNING *`, ...params));
          },
          async incrementOne({ model, where, increment, set = {} }) {
            const { table } = modelOf(model);
            const added = Object.entries(increment).map(([field, by]) => ({ sql: `${columnOf(field)} = ${columnOf(field)} + ?`, by }));
            const given = assignments(table, set, seal);
            const { sql, params } = one(table, clauseOf(table, where, seal));
            const sets = [...added.map((each) => each.sql), ...(given.sql === "" ? [] : [given.sql])].join(", ");
            return rowOf(model, await all(`UPDATE ${table} SET ${sets} WHERE ${sql} RETURNING *`, ...added.map(({ by }) => by), ...given.params, ...params));
          },
        };
      },
    });
  };
  return make(null)(options);
};

/** Of two sign-ups with one address at once, the second meets the table's own constraint. */
async function takenOr<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const failure = failureOf(error);
    if (typeof failure === "object" && failure.constraint.includes("users.email")) {
      throw new APIError("UNPROCESSABLE_ENTITY", { code: "USER_ALREADY_EXISTS", message: "User already exists." });
    }
    throw error;
  }
}
