// The arrows of the house: inside a feature, between features, and what only the platform may touch.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";

const sources = new Map(
  Object.entries(import.meta.glob<string>("../src/**/*.ts", { query: "?raw", import: "default", eager: true })).map(([path, text]) => [path.replace("../src/", ""), text]),
);

/** Lower may not know higher. */
const RANKS = [["platform"], ["limits"], ["orgs"], ["jobs"], ["keys"], ["access"], ["fields", "tags", "lists"], ["contacts"], ["consents"], ["activities"], ["transfers"], ["privacy", "sandbox"], ["usage", "audit", "notices", "reports"], ["upkeep", "reference"], ["routes", "kinds", "app", "index"]];
const rankOf = (feature: string): number => RANKS.findIndex((rank) => rank.includes(feature));
const featureOf = (file: string): string => (file.includes("/") ? (file.split("/")[0] ?? "") : file.replace(".ts", ""));

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}
const imports: Import[] = [...sources].flatMap(([from, text]) =>
  [...text.matchAll(/^import (type )?[^;]*?from "(\.[^"]+)"/gms)].map((match) => {
    const to = new URL(match[2] ?? "", `file:///${from}`).pathname.slice(1);
    return { from, to: `${to}.ts`, typeOnly: match[1] !== undefined };
  }),
);

/** The files of a feature that others may use beside its door (the file of its name) and its schema. */
const OPEN: Record<string, readonly string[]> = {
  limits: ["admit", "histogram", "settle", "stub", "gate", "guard", "guards", "address", "plans", "store", "switches", "schema"],
  orgs: ["orgs", "authority", "people", "sessions", "sign-in", "reach", "standing", "roles", "problems", "schema", "routes"],
  jobs: ["jobs", "kind", "nudge", "drive", "driver", "sweep", "store", "schema", "routes"],
  keys: ["keys", "standing", "subject", "dues", "ends", "expiry", "introspect", "issue", "claim", "callers", "authenticate", "scopes", "render", "problems", "schema", "routes", "life-routes"],
  access: ["lapses", "routes"],
  fields: ["fields", "check", "conversion", "conversion-schema", "definition", "operators", "registry", "schema", "store", "values", "routes"],
  tags: ["tags", "schema", "store", "routes"],
  lists: ["lists", "schema", "store", "routes"],
  contacts: ["contacts", "schema", "routes", "search", "batch", "bulk", "lists", "duplicates", "merge", "removals", "conversions", "segments", "reindex", "purge", "indexes", "changes", "drafts", "render", "store", "suppressions", "text-merge", "traces", "example", "history", "match", "frozen"],
  consents: ["consents", "imported", "ledger", "schema", "store", "routes"],
  activities: ["routes", "stream-routes"],
  transfers: ["forget", "empty", "imports", "exports"],
  sandbox: ["catch-up", "routes"],
  usage: ["usage", "schema", "routes"],
  audit: ["audit", "schema", "routes"],
  notices: ["routes"],
  reports: ["routes"],
  privacy: ["privacy", "erasure", "schema", "routes"],
  upkeep: ["upkeep"],
  reference: ["routes"],
};

describe("imports", () => {
  it("every file is found, and every import is of a file that exists", () => {
    expect(sources.size).toBeGreaterThan(40);
    expect(imports.filter(({ to }) => !sources.has(to))).toEqual([]);
  });

  it("go to a lower rank, through an open file", () => {
    const across = imports.filter(({ from, to }) => featureOf(from) !== featureOf(to) && to !== "env.ts" && from !== "env.ts");
    expect(across.filter(({ from, to }) => rankOf(featureOf(to)) < 0 || rankOf(featureOf(from)) < 0)).toEqual([]);
    expect(across.filter(({ from, to }) => rankOf(featureOf(to)) >= rankOf(featureOf(from)) && !(featureOf(from) === "index" || featureOf(from) === "app"))).toEqual([]);
    const closed = across.filter(({ to }) => featureOf(to) !== "platform" && to.includes("/") && !OPEN[featureOf(to)]?.includes(to.split("/")[1]?.replace(".ts", "") ?? ""));
    expect(closed).toEqual([]);
  });

  it("env knows types only", () => {
    expect(imports.filter(({ from, typeOnly }) => from === "env.ts" && !typeOnly)).toEqual([]);
  });

  it("Hono is the platform's; zod comes as a namespace", () => {
    const users = [...sources].filter(([, text]) => /from "hono(\/[^"]*)?"/.test(text)).map(([file]) => file);
    expect(users).toEqual(["platform/html.ts", "platform/serve.ts"]);
    expect([...sources].filter(([, text]) => /from "zod"/.test(text) && !text.includes('import * as z from "zod"'))).toEqual([]);
  });
});

describe("better-auth", () => {
  it("is known to its own files, and loaded when first needed", () => {
    expect([...sources].filter(([, text]) => /from "@?better-/.test(text)).map(([file]) => file)).toEqual(["orgs/sign-in/adapter.ts", "orgs/sign-in/auth.ts", "orgs/sign-in/sql.ts"]);
    expect(imports.filter(({ to, typeOnly }) => /^orgs\/sign-in\/(auth|adapter|sql)\.ts$/.test(to) && !typeOnly).map(({ from }) => from)).toEqual(["orgs/sign-in/adapter.ts", "orgs/sign-in/auth.ts"]);
    expect([...sources].filter(([, text]) => text.includes('import("./auth")')).map(([file]) => file)).toEqual(["orgs/sign-in/loaded.ts"]);
  });
});

describe("writes", () => {
  it("go through commit; what is no change of anybody's is listed here, and the list may only shrink", () => {
    const batching = [...sources].filter(([, text]) => /\.batch\(/.test(text)).map(([file]) => file);
    expect(batching.toSorted()).toEqual(["limits/spool.ts", "limits/switches.ts", "limits/uses.ts", "orgs/sign-in/adapter.ts", "platform/commit.ts", "platform/sql.ts", "upkeep/upkeep.ts"]);
    expect([...sources].filter(([file, text]) => /\benv\.(DB|DATA|LOG)\b/.test(text) && file !== "platform/sql.ts").map(([file]) => file)).toEqual([]);
  });

  it("no migration drops a table or cascades", () => {
    const migrations = Object.entries(import.meta.glob<string>("../migrations/**/*.sql", { query: "?raw", import: "default", eager: true }));
    expect(migrations.length).toBeGreaterThan(2);
    expect(migrations.filter(([, sql]) => /DROP TABLE|ON DELETE CASCADE|__new_/i.test(sql))).toEqual([]);
  });
});

describe("rows", () => {
  it("every column that a row type names is in the migrated table", async () => {
    const declared = {
      KeyRow: ["keys", env.DB, "keys/store.ts"],
      OrganizationRow: ["organizations", env.DB, "orgs/store.ts"],
      LocationRow: ["locations", env.DB, "orgs/location-store.ts"],
      MemberRow: ["members", env.DB, "orgs/member-store.ts"],
      IntegrationRow: ["integrations", env.DB, "access/store.ts"],
      AccessRequestRow: ["access_requests", env.DB, "access/store.ts"],
      ContactRow: ["contacts", env.DATA, "contacts/store.ts"],
      FieldRow: ["fields", env.DATA, "fields/store.ts"],
      TagRow: ["tags", env.DATA, "tags/store.ts"],
      PrivacyRequestRow: ["privacy_requests", env.DATA, "privacy/store.ts"],
      ConsentRow: ["consents", env.DATA, "consents/store.ts"],
      NoteRow: ["notes", env.DATA, "activities/store.ts"],
      InteractionRow: ["interactions", env.DATA, "activities/store.ts"],
      EngagementRow: ["engagements", env.DATA, "activities/engagement-store.ts"],
      MergeRow: ["contact_merges", env.DATA, "contacts/merge/store.ts"],
      SegmentRow: ["segments", env.DATA, "contacts/segments/store.ts"],
      ListRow: ["lists", env.DATA, "lists/store.ts"],
      RequestRow: ["requests", env.LOG, "usage/requests.ts"],
      EventRow: ["events", env.DATA, "audit/store.ts"],
      JobRow: ["jobs", env.DATA, "jobs/store.ts"],
    } as const;
    for (const [type, [table, database, file]] of Object.entries(declared)) {
      const body = new RegExp(`interface ${type} \\{([^}]*)\\}`).exec(sources.get(file) ?? "")?.[1] ?? "";
      const names = [...body.matchAll(/^\s+(\w+): /gm)].map((match) => match[1] ?? "");
      const { results } = await database.prepare("SELECT name FROM pragma_table_info(?)").bind(table).all();
      const columns = z.array(z.object({ name: z.string() })).parse(results).map(({ name }) => name);
      expect(names.length).toBeGreaterThan(4);
      expect([type, names.filter((name) => !columns.includes(name))]).toEqual([type, []]);
    }
  });
});
