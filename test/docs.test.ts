// The docs say what is: a path that they name exists, a table or code that they name is there.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { signIn } from "../src/orgs/sign-in/sign-in";
import { routes } from "../src/routes";
import { problemsOf } from "../src/reference/refusals";

const docs = Object.entries({
  ...import.meta.glob<string>("../docs/*.md", { query: "?raw", import: "default", eager: true }),
  ...import.meta.glob<string>("../README.md", { query: "?raw", import: "default", eager: true }),
});
const files = Object.keys({
  ...import.meta.glob<string>("../{src,test,bench,scripts,migrations,docs,public}/**/*.{ts,mjs,sql,md,js,css}", { query: "?raw", import: "default", eager: true }),
  ...import.meta.glob<string>("../*.{json,toml,ts,md}", { query: "?raw", import: "default", eager: true }),
}).map((path) => path.replace(/^\.\//, "test/").replace("../", ""));

const quoted = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");

describe("docs", () => {
  it("name paths that exist", () => {
    expect(docs.length).toBeGreaterThan(4);
    for (const [doc, text] of docs) {
      const paths = quoted(text).filter((name) => /^(src|test|bench|scripts|migrations|docs|public)\/[\w./-]*$/.test(name));
      const missing = paths.filter((name) => !files.some((file) => file === name || (name.endsWith("/") && file.startsWith(name))));
      expect([doc, missing]).toEqual([doc, []]);
      const links = [...text.matchAll(/\]\((docs\/[\w.-]+)\)/g)].map((match) => match[1] ?? "");
      expect([doc, links.filter((link) => !files.includes(link))]).toEqual([doc, []]);
    }
  });

  it("name every table, and no other", async () => {
    const text = docs.find(([doc]) => doc.endsWith("storage.md"))?.[1] ?? "";
    const named = new Set(quoted(text));
    for (const database of [env.DB, env.DATA, env.LOG]) {
      const { results } = await database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name <> 'd1_migrations' AND name NOT LIKE 'contact_text\\_%' ESCAPE '\\'").all();
      for (const { name } of z.array(z.object({ name: z.string() })).parse(results)) expect([name, named.has(name)]).toEqual([name, true]);
    }
  });

  it("name error codes that there are", () => {
    const beside = signIn.operations.flatMap(({ problems }) => problems).map(({ type }) => type);
    const codes = new Set([...routes.flatMap(problemsOf), ...beside].map(({ code }) => code));
    for (const [doc, text] of docs) {
      const named = [...text.matchAll(/(?:4\d\d|503) `([a-z_]+)`/g)].map((match) => match[1] ?? "");
      expect([doc, named.filter((code) => !codes.has(code))]).toEqual([doc, []]);
    }
  });
});
