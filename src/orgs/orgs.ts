// Organizations: founding one, reading and changing it. A change that concerns its keys is answered only when
// every gate knows.
import { limitsOf, type Plan } from "../limits/plans";
import { raiseOrganization } from "../limits/store";
import { effectively } from "../limits/switches";
import { rfc3339 } from "../platform/clock";
import { commit, type CommitCtx, type Plan as CommitPlan } from "../platform/commit";
import { checkIfMatch, etag } from "../platform/conditions";
import type { OrgCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { diff } from "../platform/events";
import { sameJson } from "../platform/json";
import { notFound } from "../platform/problems";
import { checkReadOnly } from "../platform/readonly";
import { checkWhole } from "./authority";
import { insertMember } from "./member-store";
import { joining, type MemberFacts } from "./members";
import { apiNotInPlan, ownerOnly, READ_ONLY, type Organization, type OrganizationPatch } from "./schema";
import * as store from "./store";

export { spaceOf, spacesNumbered, type OwnedSpace } from "./location-store";
export { addLocation } from "./locations";
export { addMember } from "./members";

const RETENTION_DAYS = 30;

/** What an organization begins with. */
export interface Founding {
  readonly name: string;
  readonly plan: Plan;
  readonly apiEnabled: boolean;
  readonly owner: Omit<MemberFacts, "role">;
}

/** A new organization with its owner, for a commit; the organization's id is the caller's to mint. */
export function founding(ctx: Pick<CommitCtx, "org" | "now">, { name, plan, apiEnabled, owner }: Founding) {
  const enabled = apiEnabled ? 1 : 0;
  const row: store.OrganizationRow = {
    id: ctx.org, name, plan, limits: null, api_enabled: enabled, api_granted: enabled, archived_retention_days: RETENTION_DAYS, version: 1, created_at: ctx.now, updated_at: ctx.now,
  };
  const member = joining(ctx, { ...owner, role: "owner" });
  return {
    row,
    owner: member.row.id,
    writes: [store.insertOrganization(row), insertMember(member.row)],
    events: [{ type: "organization.created", subject: ctx.org, version: 1, changes: diff({}, visible(row), sameJson) }, member.event],
  };
}

/** Founds an organization, whoever may; answers the id of its owner. */
export async function found(ctx: CommitCtx & Pick<OrgCtx, "db">, facts: Founding): Promise<{ owner: string }> {
  const { owner, writes, events } = founding(ctx, facts);
  await commit(ctx, ctx.db.control, async () => ({ reply: { status: 201 }, writes, events }));
  return { owner };
}

export async function read(ctx: Pick<OrgCtx, "db" | "org">): Promise<Reply<Organization>> {
  const row = await store.readOrganization(ctx.db.control, ctx.org);
  if (!row) throw notFound("No such organization.");
  return reply(row);
}

/** Merge-patches the organization. Throws `not_yet_effective` (503) while a gate could not be told. */
export async function update(ctx: OrgCtx, patch: OrganizationPatch): Promise<Reply<Organization>> {
  checkWhole(ctx);
  const change = async (): Promise<CommitPlan<"control", Organization>> => {
    const before = await store.readOrganization(ctx.db.control, ctx.org);
    if (!before) throw notFound("No such organization.");
    checkIfMatch(ctx, before.version);
    checkReadOnly(patch, organizationOf(before), READ_ONLY);
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
  const { archived_retention_days: days = before.archived_retention_days } = patch;
  return { ...before, name: patch.name ?? before.name, plan, api_enabled: enabled ? 1 : 0, archived_retention_days: days, version: before.version + 1, updated_at: ctx.now };
}

const visible = (row: store.OrganizationRow) => ({ name: row.name, plan: row.plan, api_enabled: row.api_enabled === 1, archived_retention_days: row.archived_retention_days });

export const organizationOf = (row: store.OrganizationRow): Organization => ({
  id: row.id,
  ...visible(row),
  limits: limitsOf(row.plan, row.limits),
  version: row.version,
  created_at: rfc3339(row.created_at),
  updated_at: rfc3339(row.updated_at),
});

const reply = (row: store.OrganizationRow): Reply<Organization> => ({ status: 200, headers: { ETag: etag(row.version) }, body: organizationOf(row) });
