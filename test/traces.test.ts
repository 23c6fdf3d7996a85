// The list of where a contact leaves traces, held against the tables that there are: a table is on it, or says why not.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import * as z from "zod";
import { OF_FILES, QUOTES, TRACELESS, TRACES } from "../src/contacts/traces";

const named = z.array(z.object({ name: z.string() }));
const SHADOWS = /^(sqlite_|_cf_|d1_migrations|contact_text_)/;
const columnsOf = async (table: string): Promise<string[]> => named.parse((await env.DATA.prepare("SELECT name FROM pragma_table_info(?)").bind(table).all()).results).map(({ name }) => name);
const plan = async (sql: string): Promise<string> =>
  (await env.DATA.prepare(`EXPLAIN QUERY PLAN ${sql}`).all<{ detail: string }>()).results.map(({ detail }) => detail).join("\n");

it("every table of contacts is on the list, or says why it tells of none", async () => {
  const { results } = await env.DATA.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const tables = named.parse(results).map(({ name }) => name).filter((name) => !SHADOWS.test(name));
  const listed = new Set([...[...TRACES, ...QUOTES].map(({ table }) => table), ...Object.keys(OF_FILES)]);
  expect(tables.filter((table) => !listed.has(table) && !Object.hasOwn(TRACELESS, table))).toEqual([]);
  expect([...listed, ...Object.keys(TRACELESS)].filter((table) => !tables.includes(table))).toEqual([]);
  expect(Object.keys(TRACELESS).filter((table) => listed.has(table))).toEqual([]);
});

it("a table that says it tells of none has no column that names a contact", async () => {
  for (const table of Object.keys(TRACELESS)) expect([table, (await columnsOf(table)).filter((column) => /^(rid|contact|contact_id|contact_rid|merged_into)$/.test(column))]).toEqual([table, []]);
});

it("what is listed has its columns, and an index that finds a contact's rows", async () => {
  for (const { table, column, end, tells } of TRACES.filter((trace) => trace.table !== "contact_text")) {
    const columns = await columnsOf(table);
    expect([table, [column, "space_id", ...(tells?.split(", ") ?? [])].filter((one) => !columns.includes(one))]).toEqual([table, []]);
    if (end !== "engine") expect([table, await plan(`SELECT 1 FROM ${table} WHERE ${column} IN ('a') AND space_id = 1`)]).toEqual([table, expect.stringContaining(`SEARCH ${table} USING`)]);
  }
  for (const { table, texts, within, key } of QUOTES) {
    const columns = await columnsOf(table);
    expect([table, texts.filter((one) => !columns.includes(one))]).toEqual([table, []]);
    await env.DATA.prepare(`SELECT ${key} FROM ${table} WHERE ${within} LIMIT 1`).bind(1).all();
  }
});
