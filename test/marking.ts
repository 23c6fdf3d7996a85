// A kind of job for tests: it appends a mark to the job title of every live contact, so that doing one twice shows, and
// the operation that starts it. Contacts of the name "poison" claim an address that another one has.
import { env } from "cloudflare:workers";
import * as z from "zod";
import { planChanges } from "../src/contacts/changes";
import { kept } from "../src/contacts/contacts";
import { patched } from "../src/contacts/drafts";
import { COLUMNS, type ContactRow } from "../src/contacts/store";
import type { Env } from "../src/env";
import { registryOf } from "../src/fields/registry";
import { start } from "../src/jobs/jobs";
import { jobKind, type Slice, type SliceCtx } from "../src/jobs/kind";
import { accepted } from "../src/jobs/schema";
import { callers } from "../src/keys/callers";
import { standing } from "../src/keys/standing";
import { admit, shut } from "../src/limits/admit";
import { settle } from "../src/limits/settle";
import { bare, onSpace, type Endpoint } from "../src/platform/endpoint";
import { serve } from "../src/platform/serve";
import { data } from "../src/platform/sql";
import { routes } from "../src/routes";
import { altered } from "./front";

const MARKED = "SELECT count(*) AS n FROM contacts WHERE space_id = ? AND archived_at IS NULL";
const NEXT = `SELECT ${COLUMNS} FROM contacts INDEXED BY contacts_live WHERE space_id = ? AND archived_at IS NULL AND rid > ? ORDER BY rid LIMIT ?`;

const next = ({ db, space }: SliceCtx, after: number, limit: number) => db.data.all<ContactRow>(data(NEXT, space.id, after, limit));

export const mark = jobKind({
  kind: "contacts.mark",
  input: z.strictObject({ mark: z.string().min(1).max(10), taken: z.string().optional() }),
  cursor: z.int(),
  most: 25,
  scopes: () => ["contacts:write"],
  async slice(ctx, { input, cursor }, limit): Promise<Slice<number>> {
    const rows = await next(ctx, cursor ?? 0, limit);
    const registry = await registryOf(ctx);
    const changes = rows.map(kept).flatMap((contact) => {
      const { job_title: title, first_name: name } = contact.doc;
      const claimed = name === "poison" && input.taken !== undefined ? { emails: [{ value: input.taken }] } : {};
      return patched(ctx, registry, contact, { job_title: `${title ?? ""}${input.mark}`, ...claimed }, "replace") ?? [];
    });
    return {
      plan: planChanges(ctx.space, registry, changes),
      cursor: rows.at(-1)?.rid ?? cursor,
      counts: { marked: rows.length },
      done: rows.length < limit,
    };
  },
  async passOver(ctx, { cursor }): Promise<Slice<number>> {
    const [row] = await next(ctx, cursor ?? 0, 1);
    return { plan: { writes: [], events: [] }, cursor: row?.rid ?? cursor, counts: { failed: row ? 1 : 0 }, done: !row };
  },
});

const marking = onSpace({
  ...bare,
  id: "contacts.mark",
  method: "POST",
  path: "/v1/contacts/mark",
  tag: "Contacts",
  summary: "Mark contacts",
  description: "Appends a mark to every job title.",
  scope: "contacts:write",
  writes: "data",
  dryRun: true,
  body: z.strictObject({ mark: z.string().min(1).max(10), taken: z.string().optional() }),
  bodyType: "json",
  answers: { 202: accepted },
  run: async (ctx, { body }) => start(ctx, mark, body, (await ctx.db.data.first<{ n: number }>(data(MARKED, ctx.space.id)))?.n ?? null),
});

export const house = { kinds: [mark], may: standing };

/** The product with the operation that starts it. */
const everything: readonly Endpoint[] = [...routes, marking];
export const app = serve(everything, { ...callers, shut, admit, settle });

/** Bindings with which no instance of the Workflow comes to be, as if the nudge had been lost. */
export const unnudged = (bindings: Env = env): Env => ({
  ...bindings,
  JOBS: altered(env.JOBS, {
    create: async () => {
      throw new Error("instance.already_exists");
    },
  }),
});
