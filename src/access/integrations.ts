// Integrations: what a vendor offers to every organization, built on a sandbox key whose scopes a live key will have.
import { checkWhole } from "../orgs/authority";
import { commit, type CommitCtx, type Plan } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { diff } from "../platform/events";
import { newId } from "../platform/id";
import { sameJson } from "../platform/json";
import { pageById, questionOf, type PageAsked } from "../platform/page";
import { invalid, notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import { checkJwk } from "./jwk";
import { integrationOf, isLiving } from "./render";
import { READ_ONLY, type Integration, type IntegrationInput, type IntegrationPatch } from "./schema";
import * as store from "./store";

export const list = (ctx: OrgCtx, mine: boolean, page: PageAsked) =>
  pageById(questionOf(["integrations", mine]), page, (after, limit) => store.listIntegrations(ctx.db.control, mine ? ctx.org : undefined, after, limit), integrationOf);

export async function read(ctx: OrgCtx, id: string): Promise<Reply<Integration>> {
  const row = await store.readIntegration(ctx.db.control, id);
  if (!row || (row.status === "retired" && row.org_id !== ctx.org)) throw notFound("No such integration.");
  return reply(200, row);
}

/** `register`, by who may act for the whole organization. Throws `sandbox_key`, `narrowed_key` (403), 422. */
export async function create(ctx: OrgCtx, input: IntegrationInput): Promise<Reply<Integration>> {
  checkWhole(ctx);
  return register(ctx, input);
}

/** Registers one. Throws 422 for a key that is no living sandbox key of the organization, or no public key. */
export async function register(ctx: CommitCtx & Pick<OrgCtx, "db">, input: IntegrationInput): Promise<Reply<Integration>> {
  if (input.public_jwk) await checkJwk(input.public_jwk, "/public_jwk");
  return commit(ctx, ctx.db.control, async (): Promise<Plan<"control", Integration>> => {
    const key = await sandboxKey(ctx, input.sandbox_key);
    const row: store.IntegrationRow = {
      id: newId("integration", ctx.now), org_id: ctx.org, name: input.name, description: input.description, homepage: input.homepage, sandbox_key_id: key.id,
      public_jwk: input.public_jwk && JSON.stringify(input.public_jwk), status: "listed", version: 1, created_at: ctx.now, updated_at: ctx.now,
    };
    return {
      reply: await reply(201, await listed(ctx, row, key)),
      writes: [store.insertIntegration(row)],
      events: [{ type: "integration.created", subject: row.id, version: 1, changes: diff({}, logged(row), sameJson) }],
    };
  });
}

/** Merge-patches one of the organization's own. Requests that are approved already keep the key that they were approved with. */
export async function update(ctx: OrgCtx, id: string, patch: IntegrationPatch): Promise<Reply<Integration>> {
  checkWhole(ctx);
  if (patch.public_jwk) await checkJwk(patch.public_jwk, "/public_jwk");
  return commit(ctx, ctx.db.control, async (): Promise<Plan<"control", Integration>> => {
    const before = await store.readIntegration(ctx.db.control, id);
    if (!before || before.org_id !== ctx.org) throw notFound("No such integration.");
    checkIfMatch(ctx, before.version);
    checkReadOnly(patch, await integrationOf(before), READ_ONLY);
    const key = patch.sandbox_key === undefined || patch.sandbox_key === before.sandbox_key_id ? null : await sandboxKey(ctx, patch.sandbox_key);
    const after: store.ListedIntegrationRow = {
      ...before,
      name: patch.name ?? before.name,
      description: patch.description ?? before.description,
      homepage: patch.homepage === undefined ? before.homepage : patch.homepage,
      ...(key ? { sandbox_key_id: key.id, scopes: key.scopes, kind: key.kind, key_status: key.status } : {}),
      public_jwk: patch.public_jwk === undefined ? before.public_jwk : patch.public_jwk && JSON.stringify(patch.public_jwk),
      status: patch.status ?? before.status,
      version: before.version + 1,
      updated_at: ctx.now,
    };
    const changes = diff(logged(before), logged(after), sameJson);
    if (Object.keys(changes).length === 0) return { reply: await reply(200, before), writes: [], events: [] };
    return {
      reply: await reply(200, after),
      guards: [{ database: "control", sql: "SELECT version = ? FROM integrations WHERE id = ?", params: [before.version, id] }],
      writes: [store.updateIntegration(after)],
      events: [
        {
          type: after.status === "retired" && before.status === "listed" ? "integration.retired" : "integration.updated", subject: id, version: after.version, changes,
          data: { name: after.name },
          // What later keys may, and who can open them, is no detail.
          ...("public_jwk" in changes || "sandbox_key" in changes ? { notice: { severity: "warning" } as const } : {}),
        },
      ],
    };
  });
}

async function sandboxKey(ctx: Pick<OrgCtx, "db" | "org">, id: string): Promise<store.SandboxKeyRow> {
  const key = await store.readSandboxKey(ctx.db.control, ctx.org, id);
  if (key && isLiving(key.status)) return key;
  throw invalid([{ pointer: "/sandbox_key", code: "not_a_sandbox_key", message: "not a living sandbox key of your organization" }]);
}

const logged = (row: store.IntegrationRow): Record<string, unknown> => ({
  name: row.name, description: row.description, homepage: row.homepage, sandbox_key: row.sandbox_key_id, status: row.status,
  public_jwk: row.public_jwk === null ? null : JSON.parse(row.public_jwk),
});

async function listed(ctx: Pick<OrgCtx, "db" | "org">, row: store.IntegrationRow, key: store.SandboxKeyRow): Promise<store.ListedIntegrationRow> {
  return { ...row, vendor: await store.nameOf(ctx.db.control, ctx.org), scopes: key.scopes, kind: key.kind, key_status: key.status };
}

const reply = async (status: number, row: store.ListedIntegrationRow): Promise<Reply<Integration>> => ({
  status,
  headers: { ETag: etag(row.version), ...(status === 201 ? { Location: `/v1/integrations/${row.id}` } : {}) },
  body: await integrationOf(row),
});
