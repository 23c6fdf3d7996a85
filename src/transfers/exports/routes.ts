// The operations on exports.
import * as z from "zod";
import { conditionsOf } from "../../contacts/search/parameters";
import { sortTooBroad } from "../../contacts/schema";
import { bare, onSpace, open, type Endpoint } from "../../platform/endpoint";
import { cursorMismatch, pageOf, pageQuery } from "../../platform/page";
import { ON_WRITE, WITH_BODY } from "../../platform/problems";
import { flag, many, timestamp } from "../../platform/validate";
import { jobStateConflict } from "../../jobs/schema";
import { PRESET_NAMES } from "../columns/presets/presets";
import * as exports from "./exports";
import * as schema from "./schema";
import { contactsCsv } from "./stream";

const example: schema.ExportJson = {
  id: "exp_01kqz3v9c5f1nazrk2d4f7h8jm",
  name: "Newsletter, Spain",
  state: "completed",
  progress: 1,
  settings: { preset: "mailchimp", format: "csv" },
  result: {
    url: "https://api.example.com/v1/files/exp_01kqz3v9c5f1nazrk2d4f7h8jm.mi5u2k3a.c2lnbmF0dXJl", url_expires_at: "2026-11-21T17:53:00.000Z",
    bytes: 81_204, rows: 1_000, sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    excluded: { not_marketable: 12, restricted: 0 }, warnings: [{ code: "left_out", member: "urls", contacts: 3 }], events_cursor: "WyJldmVudHMiLFsxXV0",
  },
  job: "job_01kqz3v9c5f1nazrk2d4f7h8jm",
  problem: null,
  expires_at: "2026-12-20T17:53:00.000Z",
  version: 2,
  created_at: "2026-11-20T17:53:00.000Z",
  created_by: { type: "key", id: "key_01kqz3v9c5f1nazrk2d4f7h8jm", last4: "q7Xa" },
};
const params = z.strictObject({ id: schema.exportId.meta({ description: "Id of the export.", examples: [example.id] }) });
const one = { description: "The export.", schema: schema.exportJson, example, headers: { ETag: "Its version." } };
const common = { ...bare, tag: "Exports", scope: "exports:write" as const };
const aFile = { description: "The file.", schema: z.string(), mediaType: "text/csv", example: "Email Address\r\nana@acme.com\r\n", headers: { "Content-Disposition": "Its name." } };

/** Filters of the list that an export in one answer takes. */
const filters = {
  tag: many(z.string().min(1).max(255)).optional().meta({ description: "Has this tag, by its key. Repeat for OR." }),
  list: many(z.string().min(1).max(255)).optional().meta({ description: "Is in this list, by its id. Repeat for OR." }),
  status: many(z.enum(["active", "archived"])).optional().meta({ description: "Default `active`; repeat for both." }),
  updated_since: timestamp.optional().meta({ description: "Changed at or after this time." }),
  created_since: timestamp.optional().meta({ description: "Created at or after this time." }),
};

export const routes: readonly Endpoint[] = [
  onSpace({
    ...common,
    id: "exports.list",
    method: "GET",
    path: "/v1/exports",
    summary: "List exports",
    description: "The exports of a location, newest first.",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "A page of exports.", schema: pageOf(schema.exportJson), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query }) => exports.list(ctx, query),
  }),
  onSpace({
    ...common,
    id: "exports.create",
    method: "POST",
    path: "/v1/exports",
    summary: "Export contacts",
    description:
      "Makes a file of all contacts, or of those that a filter, a segment, a list or ids name: as CSV in the columns of another tool or in our own, NDJSON, JSON or vCard. It shows one moment, whatever is written meanwhile, and `events_cursor` says which. Contacts under a privacy restriction are left out, and for tools that send e-mail also those that may not be mailed.",
    writes: "data",
    dryRun: true,
    body: schema.exportInput,
    bodyType: "json",
    bodyExample: { name: "Newsletter, Spain", preset: "mailchimp", filter: { any: [{ all: [{ field: "addresses.country", op: "eq", value: "ES" }] }] } },
    answers: { 202: { ...one, description: "The export, which has begun.", headers: { ...one.headers, Location: "Its path." } } },
    problems: [...WITH_BODY, ...ON_WRITE],
    run: (ctx, { body }) => exports.create(ctx, body),
  }),
  onSpace({
    ...common,
    id: "exports.get",
    method: "GET",
    path: "/v1/exports/{id}",
    summary: "Read an export",
    description: "How far it is; once it is `completed`, what came of it and a link to the file that works for 24 hours from this answer.",
    params,
    answers: { 200: one },
    run: (ctx, { params: { id } }) => exports.read(ctx, id),
  }),
  onSpace({
    ...common,
    id: "exports.cancel",
    method: "POST",
    path: "/v1/exports/{id}/cancel",
    summary: "Cancel an export",
    description: "There will be no file.",
    writes: "data",
    params,
    answers: { 200: one },
    problems: [...ON_WRITE, jobStateConflict],
    run: (ctx, { params: { id } }) => exports.cancel(ctx, id),
  }),
  onSpace({
    ...common,
    id: "exports.file",
    method: "GET",
    path: "/v1/exports/{id}/file",
    summary: "Download the file",
    description: "For 30 days. `Repr-Digest` (RFC 9530) has its SHA-256.",
    params,
    answers: { 200: { ...aFile, headers: { ...aFile.headers, "Repr-Digest": "Its SHA-256." } } },
    problems: [schema.exportNotReady, schema.exportGone],
    run: (ctx, { params: { id } }) => exports.file(ctx, id),
  }),
  open({
    ...bare,
    id: "files.get",
    method: "GET",
    path: "/v1/files/{token}",
    tag: "Exports",
    summary: "Download by link",
    description: "The file of a signed link, without a key.",
    scope: "none",
    params: z.strictObject({ token: z.string().min(1).max(200).meta({ description: "The last part of the link.", examples: ["exp_01kqz3v9c5f1nazrk2d4f7h8jm.mi5u2k3a.c2lnbmF0dXJl"] }) }),
    answers: { 200: { ...aFile, headers: { ...aFile.headers, "Repr-Digest": "Its SHA-256." } } },
    problems: [schema.exportGone, schema.exportNotReady],
    run: (ctx, { params: { token } }) => exports.linked(ctx, token),
  }),
  onSpace({
    ...common,
    id: "contacts.csv",
    method: "GET",
    path: "/v1/contacts.csv",
    summary: "Download a few contacts as CSV",
    description: "Up to 5,000 contacts in one answer, in the columns of a preset; for more, `POST /v1/exports`.",
    query: z.strictObject({
      preset: z.enum(PRESET_NAMES).default("generic").meta({ description: "Whose header and words." }),
      delimiter: z.enum([",", ";", "\t", "|"]).optional().meta({ description: "Default `,`." }),
      bom: flag.optional().meta({ description: "A byte order mark in front, as Excel wants it." }),
      escape_formulas: flag.optional().meta({ description: "Default true: a `'` before what a spreadsheet would run." }),
      only_marketable: flag.optional().meta({ description: "Only contacts that may be mailed; default true for presets of tools that send e-mail." }),
      ...filters,
    }),
    answers: { 200: aFile },
    problems: [schema.tooManyToStream, sortTooBroad],
    run: (ctx, { query: { preset, delimiter, bom, escape_formulas, only_marketable, ...asked } }) => {
      const csv = { ...(delimiter === undefined ? {} : { delimiter }), ...(bom === undefined ? {} : { bom }), ...(escape_formulas === undefined ? {} : { escape_formulas }) };
      return contactsCsv(ctx, conditionsOf(asked), { preset, csv, ...(only_marketable === undefined ? {} : { only_marketable }) });
    },
  }),
];
