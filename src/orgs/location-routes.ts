// The operations on locations.
import * as z from "zod";
import { notYetEffective } from "../limits/schema";
import { bare, onOrganization, type Endpoint } from "../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import * as locations from "./locations";
import { location, locationId, locationInput, locationPatch } from "./location-schema";
import { narrowedKey, sandboxKey } from "./schema";

const example = {
  id: "loc_01kqz3v9c5f1nazrk2d4f7h8jm",
  name: "Madrid",
  default_country: "ES",
  version: 1,
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:53:00.000Z",
};
const params = z.strictObject({ id: locationId.meta({ description: "Id of the location.", examples: [example.id] }) });
const one = { description: "The location.", schema: location, example, headers: { ETag: "Its version." } };

export const locationRoutes: readonly Endpoint[] = [
  onOrganization({
    ...bare,
    id: "locations.list",
    method: "GET",
    path: "/v1/locations",
    tag: "Organization",
    summary: "List locations",
    description: "The locations that the caller reaches: of a location key its own, of a narrowed agency key those it is narrowed to.",
    scope: "org:read",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "A page of locations, oldest first.", schema: pageOf(location), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query }) => locations.list(ctx, query),
  }),
  onOrganization({
    ...bare,
    id: "locations.create",
    method: "POST",
    path: "/v1/locations",
    tag: "Organization",
    summary: "Create a location",
    description: "Makes a location (a sub-account) with two spaces of its own, live and sandbox. Agency keys that reach all locations reach it at once.",
    scope: "org:write",
    writes: "control",
    body: locationInput,
    bodyType: "json",
    bodyExample: { name: "Madrid", default_country: "ES" },
    answers: { 201: { ...one, headers: { ETag: "Its version.", Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE, sandboxKey, narrowedKey],
    run: (ctx, { body }) => locations.create(ctx, body),
  }),
  onOrganization({
    ...bare,
    id: "locations.get",
    method: "GET",
    path: "/v1/locations/{id}",
    tag: "Organization",
    summary: "Read a location",
    description: "One location within the caller's reach.",
    scope: "org:read",
    params,
    answers: { 200: one },
    run: (ctx, { params: { id } }) => locations.read(ctx, id),
  }),
  onOrganization({
    ...bare,
    id: "locations.update",
    method: "PATCH",
    path: "/v1/locations/{id}",
    tag: "Organization",
    summary: "Change a location",
    description: "Merge-patches a location. Another `default_country` is how phone numbers are read in every request that arrives after the answer; those that are stored stay as they are.",
    scope: "org:write",
    writes: "control",
    params,
    body: locationPatch,
    bodyType: "json",
    bodyExample: { name: "Madrid Centro" },
    answers: { 200: one },
    problems: [...WITH_BODY, ...ON_WRITE, sandboxKey, narrowedKey, notYetEffective],
    run: (ctx, { params: { id }, body }) => locations.update(ctx, id, body),
  }),
];
