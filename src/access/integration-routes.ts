// The operations of integrations: the catalogue, and what a vendor offers in it.
import * as z from "zod";
import { narrowedKey, sandboxKey } from "../orgs/schema";
import { bare, onOrganization, type Endpoint } from "../platform/endpoint";
import { idPattern } from "../platform/id";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import { flag } from "../platform/validate";
import { ids, integration } from "./examples";
import * as integrations from "./integrations";
import * as schema from "./schema";

const tag = "Access";
const appParams = z.strictObject({ id: z.string().regex(idPattern("integration")).meta({ description: "Id of the integration.", examples: [ids.app] }) });
const oneIntegration = { description: "The integration.", schema: schema.integration, example: integration, headers: { ETag: "Its version." } };

export const integrationRoutes: readonly Endpoint[] = [
  onOrganization({
    ...bare,
    id: "integrations.list",
    method: "GET",
    path: "/v1/integrations",
    tag,
    summary: "List integrations",
    description: "The catalogue: what live keys can be asked for. `mine=true`: what your own organization registered, retired ones too.",
    scope: "any",
    query: z.strictObject({ mine: flag.optional().meta({ description: "Your organization's own." }), ...pageQuery }),
    answers: { 200: { description: "A page, oldest first.", schema: pageOf(schema.integration), example: { data: [integration], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query: { mine = false, ...page } }) => integrations.list(ctx, mine, page),
  }),
  onOrganization({
    ...bare,
    id: "integrations.create",
    method: "POST",
    path: "/v1/integrations",
    tag,
    summary: "Register an integration",
    description:
      "Offers an integration to every organization. A live key for it will have exactly the scopes of this sandbox key; with a public key its secret leaves encrypted, so that it can go through any hands.",
    scope: "keys:write",
    writes: "control",
    body: schema.integrationInput,
    bodyType: "json",
    bodyExample: { name: "Tidewater Mail", description: "Newsletters to your contacts.", sandbox_key: ids.key },
    answers: { 201: { ...oneIntegration, headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE, sandboxKey, narrowedKey],
    run: (ctx, { body }) => integrations.create(ctx, body),
  }),
  onOrganization({
    ...bare,
    id: "integrations.get",
    method: "GET",
    path: "/v1/integrations/{id}",
    tag,
    summary: "Read an integration",
    description: "One of the catalogue, or one of your own.",
    scope: "any",
    params: appParams,
    answers: { 200: oneIntegration },
    run: (ctx, { params: { id } }) => integrations.read(ctx, id),
  }),
  onOrganization({
    ...bare,
    id: "integrations.update",
    method: "PATCH",
    path: "/v1/integrations/{id}",
    tag,
    summary: "Change an integration",
    description: "Merge-patches one of your own; `status: retired` takes it out of the catalogue. Requests that are approved already keep the public key that they were approved with.",
    scope: "keys:write",
    writes: "control",
    params: appParams,
    body: schema.integrationPatch,
    bodyType: "json",
    bodyExample: { description: "Newsletters, and nothing else." },
    answers: { 200: oneIntegration },
    problems: [...WITH_BODY, ...ON_WRITE, sandboxKey, narrowedKey],
    run: (ctx, { params: { id }, body }) => integrations.update(ctx, id, body),
  }),
];
