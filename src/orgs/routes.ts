// The operations on the organization, its locations, its members, and of whoever signed in.
import { bare, onOrganization, type Endpoint } from "../platform/endpoint";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import { notYetEffective } from "../limits/schema";
import { locationRoutes } from "./location-routes";
import { memberRoutes } from "./member-routes";
import * as orgs from "./orgs";
import { personRoutes } from "./person-routes";
import { apiNotInPlan, narrowedKey, organization, organizationPatch, ownerOnly, sandboxKey } from "./schema";

export const example = {
  id: "org_01kqz3v9c5f1nazrk2d4f7h8jm",
  name: "Acme Agency",
  plan: "professional",
  api_enabled: true,
  archived_retention_days: 30,
  limits: { hour: 5000, second: 25, burst: 250, inflight: 20, keys: 250 },
  version: 3,
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:53:00.000Z",
};

const organizationRoutes: readonly Endpoint[] = [
  onOrganization({
    ...bare,
    id: "organization.get",
    method: "GET",
    path: "/v1/organization",
    tag: "Organization",
    summary: "Read the organization",
    description: "The organization that the key belongs to: its plan, its quotas, and whether its live keys work.",
    scope: "org:read",
    answers: { 200: { description: "The organization.", schema: organization, example, headers: { ETag: "Its version." } } },
    run: (ctx) => orgs.read(ctx),
  }),
  onOrganization({
    ...bare,
    id: "organization.update",
    method: "PATCH",
    path: "/v1/organization",
    tag: "Organization",
    summary: "Change the organization",
    description:
      "Merge-patches the organization. `api_enabled: false` stops every live key at once: the answer is 200 only when no request arriving after it can pass, else 503 `not_yet_effective` (send it again). A change to a plan without the API switches it off.",
    scope: "org:write",
    writes: "control",
    body: organizationPatch,
    bodyType: "json",
    bodyExample: { name: "Acme Agency" },
    answers: { 200: { description: "The organization as it is now.", schema: organization, example, headers: { ETag: "Its version." } } },
    problems: [...WITH_BODY, ...ON_WRITE, apiNotInPlan, ownerOnly, sandboxKey, narrowedKey, notYetEffective],
    run: (ctx, { body }) => orgs.update(ctx, body),
  }),
];

export const routes: readonly Endpoint[] = [...personRoutes, ...organizationRoutes, ...locationRoutes, ...memberRoutes];
