// Organizations: founding one, reading and changing it. A change that concerns its keys is answered only when
// every gate knows.
import { limitsOf, type Plan } from "../limits/plans";
import { raiseOrganization, raiseOwner } from "../limits/store";
import { effectively } from "../limits/switches";
import { rfc3339 } from "../platform/clock";
import { commit, type CommitCtx, type Plan as CommitPlan } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { OrgCtx, Space } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { diff } from "../platform/events";
import { newId } from "../platform/id";
import { sameJson } from "../platform/json";
import { notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import type { Role } from "./roles";
import { apiNotInPlan, narrowedKey, ownerOnly, READ_ONLY, sandboxKey, type Organization, type OrganizationPatch } from "./schema";
import * as store from "./store";

export type FoundCtx = CommitCtx & Pick<OrgCtx, "db">;

/** A new organization with its owner; the ids are the caller's to mint. */
export async function found(ctx: FoundCtx, facts: { name: string; plan: Plan; apiEnabled: boolean; owner: { email: string; name: string } }) {
  const owner = newId("member", ctx.now);
  const row: store.OrganizationRow = {
    id: ctx.org, name: facts.name, plan: facts.plan, limits: null, api_enabled: facts.apiEnabled ? 1 : 0, api_granted: facts.apiEnabled ? 1 : 0,
    version: 1, created_at: ctx.now, updated_at: ctx.now,
  };
  await commit(ctx, ctx.db.control, async () => ({
    reply: { status: 201 },
    writes: [store.insertOrganization(row), store.insertMember({ id: owner, org_id: ctx.org, role: "owner", ...facts.owner }, ctx.now)],
    events: [
      { type: "organization.created", subject: ctx.org, version: 1, changes: diff({}, { name: row.name, plan: row.plan, api_enabled: facts.apiEnabled }, sameJson) },
      { type: "member.created", subject: owner, version: 1, changes: diff({}, { role: "owner" }, sameJson) },
    ],
  }));
  return { owner };
}

export async function addLocation(ctx: FoundCtx, facts: { name: string; defaultCountry: string }): Promise<string> {
  const id = newId("location", ctx.now);
  await commit(ctx, ctx.db.control, async () => ({
    reply: { status: 201 },
    writes: store.insertLocation({ id, org_id: ctx.org, name: facts.name, default_country: facts.defaultCountry }, ctx.now),
    events: [{ type: "location.created", subject: id, version: 1, location: id, changes: diff({}, { name: facts.name, default_country: facts.defaultCountry }, sameJson) }],
  }));
  return id;
}

export async function addMember(ctx: FoundCtx, facts: { email: string; name: string; role: Role }): Promise<string> {
  const id = newId("member", ctx.now);
  await commit(ctx, ctx.db.control, async () => ({
    reply: { status: 201 },
    writes: [store.insertMember({ id, org_id: ctx.org, ...facts }, ctx.now)],
    events: [{ type: "member.created", subject: id, version: 1, changes: diff({}, { role: facts.role }, sameJson) }],
  }));
  return id;
}

/** Changes what a member's keys may do: true for all of them when this returns. */
export async function changeRole(ctx: FoundCtx & Pick<OrgCtx, "env">, member: string, role: Role): Promise<void> {
  const change = async (): Promise<CommitPlan<"control", never>> => {
    const row = await store.readMember(ctx.db.control, ctx.org, member);
    if (!row) throw notFound("No such member.");
    const same = row.role === role;
    return {
      reply: { status: 200 },
      guards: [{ database: "control", sql: "SELECT version = ? FROM members WHERE id = ?", params: [row.version, member] }],
      writes: same ? [] : [store.updateRole(ctx.org, member, role, ctx.now), ...raiseOwner(member, ctx.now)],
      events: same ? [] : [{ type: "member.updated", subject: member, version: row.version + 1, changes: { role: { from: row.role, to: role } } }],
    };
  };
  await effectively(ctx, () => commit(ctx, ctx.db.control, change));
}

export async function read(ctx: Pick<OrgCtx, "db" | "org">): Promise<Reply<Organization>> {
  const row = await store.readOrganization(ctx.db.control, ctx.org);
  if (!row) throw notFound("No such organization.");
  return reply(row);
}

/** Merge-patches the organization. Throws `not_yet_effective` (503) while a gate could not be told. */
export async function update(ctx: OrgCtx, patch: OrganizationPatch): Promise<Reply<Organization>> {
  if (ctx.principal.environment === "sandbox") throw sandboxKey("Sandbox keys can't change the organization.");
  if (ctx.principal.space || ctx.principal.locations) throw narrowedKey("This key does not reach all locations.");
  const change = async (): Promise<CommitPlan<"control", Organization>> => {
    const before = await store.readOrganization(ctx.db.control, ctx.org);
    if (!before) throw notFound("No such organization.");
    checkIfMatch(ctx, before.version);
    checkReadOnly(patch, shown(before), READ_ONLY);
    const after = patched(ctx, before, patch);
    const changes = diff(visible(before), visible(after), sameJson);
    if (Object.keys(changes).length === 0) return { reply: reply(before), writes: [], events: [] };
    const concernsKeys = "plan" in changes || "api_enabled" in changes;
    return {
      reply: reply(after),
      guards: [{ database: "control", sql: "SELECT version = ? FROM organizations WHERE id = ?", params: [before.version, before.id] }],
      writes: [store.updateOrganization(after), ...(concernsKeys ? raiseOrganization(ctx.org, ctx.now) : [])],
      events: [{ type: "organization.updated", subject: ctx.org, version: after.version, changes }],
    };
  };
  return effectively(ctx, () => commit(ctx, ctx.db.control, change));
}

function patched(ctx: OrgCtx, before: store.OrganizationRow, patch: OrganizationPatch): store.OrganizationRow {
  const plan = patch.plan ?? before.plan;
  if (plan !== before.plan && (ctx.principal.owner.role !== "owner" || plan === "enterprise")) {
    throw ownerOnly("The plan can't be changed so.", { role: ctx.principal.owner.role });
  }
  const inPlan = plan !== "standard" || before.api_granted === 1;
  if (patch.api_enabled === true && !inPlan) throw apiNotInPlan("The API is not part of the standard plan.");
  // A plan that does not have the API takes it along.
  const enabled = inPlan && (patch.api_enabled ?? before.api_enabled === 1);
  return { ...before, name: patch.name ?? before.name, plan, api_enabled: enabled ? 1 : 0, version: before.version + 1, updated_at: ctx.now };
}

const visible = (row: store.OrganizationRow) => ({ name: row.name, plan: row.plan, api_enabled: row.api_enabled === 1 });

const shown = (row: store.OrganizationRow): Organization => ({
  id: row.id,
  ...visible(row),
  limits: limitsOf(row.plan, row.limits),
  version: row.version,
  created_at: rfc3339(row.created_at),
  updated_at: rfc3339(row.updated_at),
});

const reply = (row: store.OrganizationRow): Reply<Organization> => ({ status: 200, headers: { ETag: etag(row.version) }, body: shown(row) });

/** The space of a location in an environment, or null when the organization has no such location. */
export async function spaceOf(ctx: Pick<OrgCtx, "db">, org: string, location: string, environment: Space["environment"]): Promise<Space | null> {
  const row = await store.readLocation(ctx.db.control, org, location);
  return row && { id: environment === "live" ? row.live_space : row.sandbox_space, location, environment, defaultCountry: row.default_country };
}

