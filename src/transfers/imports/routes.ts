// The operations on imports.
import * as z from "zod";
import { replayIfDone } from "../../platform/commit";
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { parseStrictly } from "../../platform/json";
import { cursorMismatch, pageOf, pageQuery } from "../../platform/page";
import { ON_WRITE, WITH_BODY } from "../../platform/problems";
import type { Streamed } from "../../platform/streamed";
import { Upload } from "../../platform/upload";
import { checkBody, flag, many } from "../../platform/validate";
import { readText } from "../../platform/body";
import * as accounts from "./accounts";
import * as imports from "./imports";
import * as phases from "./phases";
import * as schema from "./schema";
import { createWithFile, upload } from "./upload";

const FILE_BYTES = 100_000_000;
const SETTINGS_BYTES = 100_000;

const example: schema.ImportJson = {
  id: "imp_01kqz3v9c5f1nazrk2d4f7h8jm",
  name: "Fair in Madrid",
  state: "completed_with_errors",
  progress: 1,
  counts: { rows: 1_000, created: 930, updated: 50, unchanged: 0, skipped: 0, failed: 20, unprocessed: 0 },
  validation: { rows: 1_000, created: 930, updated: 50, unchanged: 0, skipped: 0, failed: 20, unprocessed: 0 },
  file: {
    bytes: 81_204, sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", uploaded_at: "2026-11-20T17:53:00.000Z",
    format: "csv", encoding: "utf-8", gzip: false, delimiter: ",", rows: 1_000, preset: null,
    columns: [{ column: "Mail", target: "email", confidence: 0.9, samples: ["ana@acme.com"] }],
    sample: [["ana@acme.com"]],
  },
  settings: { name: "Fair in Madrid", format: "auto", mode: "upsert", match_on: ["external_id", "email", "phone"], empty_cells: "ignore", unknown_columns: "ignore", date_order: "auto", tags: ["fair"] },
  mapping: { Mail: "email" },
  warnings: [],
  reverted: null,
  job: "job_01kqz3v9c5f1nazrk2d4f7h8jm",
  problem: null,
  undo_until: "2026-12-20T17:53:00.000Z",
  version: 4,
  created_at: "2026-11-20T17:53:00.000Z",
  updated_at: "2026-11-20T17:54:00.000Z",
  created_by: { type: "key", id: "key_01kqz3v9c5f1nazrk2d4f7h8jm", last4: "q7Xa" },
};
const params = z.strictObject({ id: schema.importId.meta({ description: "Id of the import.", examples: [example.id] }) });
const ETAG = { ETag: "Its version." };
const one = { description: "The import.", schema: schema.importJson, example, headers: ETAG };
const begun = { ...one, description: "It has begun: follow its path.", headers: { ...ETAG, Location: "The import's path." } };
const common = { ...bare, tag: "Imports", scope: "imports:write" as const };
const changing = { ...common, writes: "data" as const };

/** The settings of an import whose file is the body. */
const inQuery = z.strictObject({
  start: flag.default(false).meta({ description: "The body is the file, and the import starts at once." }),
  ...schema.settings,
  format: schema.settings.format.meta({ description: "By default found out from the file." }),
  match_on: many(schema.settings.match_on.unwrap().element).optional().meta({ description: "What a row's contact is found by, in turn; repeat for more." }),
  tags: many(schema.settings.tags.unwrap().element).optional().meta({ description: "Tags that every contact of the file gets; repeat for more." }),
});

const csv = (run: (ctx: Parameters<typeof accounts.errorsCsv>[0], id: string) => Promise<Streamed>, facts: { id: string; path: string; summary: string; description: string; sample: string }): Endpoint =>
  onSpace({
    ...common,
    id: facts.id,
    method: "GET",
    path: facts.path,
    summary: facts.summary,
    description: facts.description,
    params,
    answers: { 200: { description: "The file.", schema: z.string(), mediaType: "text/csv", example: facts.sample } },
    problems: [schema.fileGone],
    run: async (ctx, { params: { id } }) => ({ status: 200, body: await run(ctx, id), headers: { "Content-Disposition": `attachment; filename="${id}.csv"` } }),
  });

const BEGINNINGS = {
  validate: { summary: "Try it without writing", description: "A dry run over all rows: what each would come to, counted exactly, rows of the same contact included. `validation` and `errors` tell." },
  start: { summary: "Start", description: "Takes the rows in, as a job: each row as one upsert would, with its version and its event. Consent is never raised." },
  undo: { summary: "Undo", description: "Within 30 days: contacts that the import made are archived, those that it changed are as before. Whoever was changed since is left alone, and `errors` tells. Consent that it restricted stays restricted." },
} as const;
const ORDERS = {
  pause: { summary: "Pause", description: "True when it is answered: no further row is taken in." },
  resume: { summary: "Resume", description: "Goes on with the next row." },
  cancel: { summary: "Cancel", description: "What was taken in stays; `unprocessed.csv` has the rest, and `undo` takes it back." },
} as const;

export const routes: readonly Endpoint[] = [
  onSpace({
    ...common,
    id: "imports.list",
    method: "GET",
    path: "/v1/imports",
    summary: "List imports",
    description: "The imports of a location, newest first.",
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "A page of imports.", schema: pageOf(schema.importJson), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { query }) => imports.list(ctx, query),
  }),
  onSpace({
    ...changing,
    id: "imports.create",
    method: "POST",
    path: "/v1/imports",
    summary: "Create an import",
    description:
      "Says how a file is to be taken in; the file follows with `PUT …/file`. For small files one call does it all: with `?start=true` the body is the file itself, whatever its format, and the settings stand in the query.",
    query: inQuery,
    body: z.instanceof(Upload),
    bodyType: "file",
    bodyLimitBytes: FILE_BYTES,
    jsonBody: schema.importInput,
    bodyExample: { name: "Fair in Madrid", tags: ["fair"] },
    answers: { 201: { ...begun, description: "The import, which waits for its file." }, 202: begun },
    problems: [...WITH_BODY, ...ON_WRITE, schema.fileUnreadable, schema.mappingInvalid],
    run: async (ctx, { query: { start, ...asked }, body }) => {
      if (!start) return imports.create(ctx, checkBody(schema.importInput, parseStrictly(await readText(new Response(body.stream), SETTINGS_BYTES))));
      if (ctx.idempotency) await replayIfDone(ctx.db.data, ctx.idempotency);
      const id = await createWithFile({ ...ctx, idempotency: null }, schema.importInput.parse(asked), body);
      return phases.begin({ ...ctx, ifMatch: null }, id, "start");
    },
  }),
  onSpace({
    ...common,
    id: "imports.get",
    method: "GET",
    path: "/v1/imports/{id}",
    summary: "Read an import",
    description: "Its state, how far it is, and what its rows came to. `counts` add up to `rows` at any moment.",
    params,
    answers: { 200: one },
    run: (ctx, { params: { id } }) => imports.read(ctx, id),
  }),
  onSpace({
    ...changing,
    id: "imports.upload",
    method: "PUT",
    path: "/v1/imports/{id}/file",
    summary: "Upload the file",
    description:
      "The file as the body: CSV, TSV, JSON, NDJSON or vCard, gzipped or not, up to 100 MB and 1,000,000 rows. The answer tells what it is, whose export it is, a sample, and what each column is taken for; `PATCH` the mapping where that is wrong. Until the start another file may be uploaded in its place.",
    params,
    body: z.instanceof(Upload),
    bodyType: "file",
    bodyLimitBytes: FILE_BYTES,
    bodyExample: "First Name,Mail\r\nAna,ana@acme.com\r\n",
    answers: { 200: one },
    problems: [...WITH_BODY, ...ON_WRITE, schema.importStateConflict, schema.fileUnreadable],
    run: (ctx, { params: { id }, body }) => upload(ctx, id, body),
  }),
  onSpace({
    ...changing,
    id: "imports.update",
    method: "PATCH",
    path: "/v1/imports/{id}",
    summary: "Change settings and mapping",
    description: "Before the start. `mapping` is merged column by column: a target, or null to leave the column out. Another `format`, `encoding` or `delimiter` reads the file anew.",
    params,
    body: schema.importPatch,
    bodyType: "json",
    bodyExample: { tags: ["fair", "madrid"] },
    answers: { 200: one },
    problems: [...WITH_BODY, ...ON_WRITE, schema.importStateConflict, schema.mappingInvalid, schema.fileUnreadable, schema.fileGone],
    run: (ctx, { params: { id }, body }) => imports.update(ctx, id, body),
  }),
  ...(["validate", "start", "undo"] as const).map((name) =>
    onSpace({
      ...changing,
      ...BEGINNINGS[name],
      id: `imports.${name}`,
      method: "POST",
      path: `/v1/imports/{id}/${name}`,
      params,
      answers: { 202: begun },
      problems: [...ON_WRITE, schema.importStateConflict, ...(name === "undo" ? [schema.undoExpired] : [schema.mappingInvalid])],
      run: (ctx, { params: { id } }) => phases.begin(ctx, id, name),
    }),
  ),
  ...(["pause", "resume", "cancel"] as const).map((name) =>
    onSpace({
      ...changing,
      ...ORDERS[name],
      id: `imports.${name}`,
      method: "POST",
      path: `/v1/imports/{id}/${name}`,
      params,
      answers: { 200: one },
      problems: [...ON_WRITE, schema.importStateConflict],
      run: (ctx, { params: { id } }) => phases.order(ctx, id, name),
    }),
  ),
  onSpace({
    ...common,
    id: "imports.errors",
    method: "GET",
    path: "/v1/imports/{id}/errors",
    summary: "List errors",
    description: "What is wrong with which row, in the order of the rows: of the import where it has begun, else of its dry run; of an undo its conflicts.",
    params,
    query: z.strictObject(pageQuery),
    answers: { 200: { description: "A page of errors.", schema: pageOf(schema.rowError), example: { data: [{ row: 7, column: "Mail", code: "invalid_email", value: "ana@", message: "not an e-mail address" }], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    run: (ctx, { params: { id }, query }) => accounts.errors(ctx, id, query),
  }),
  csv(accounts.errorsCsv, {
    id: "imports.errors_file", path: "/v1/imports/{id}/errors.csv", summary: "Download the rows that failed",
    description: "Each row as it stands in the file, with `_row`, `_column`, `_code`, `_message`: mend it and upload it again.", sample: "Mail,_row,_column,_code,_message\r\nana@,7,Mail,invalid_email,not an e-mail address\r\n",
  }),
  csv(accounts.resultsCsv, {
    id: "imports.results_file", path: "/v1/imports/{id}/results.csv", summary: "Download what became of each row",
    description: "Row, action, the contact and its version.", sample: "row,action,reason,contact_id,version\r\n1,created,,con_01kqz3v9c5f1nazrk2d4f7h8jm,1\r\n",
  }),
  csv(accounts.unprocessedCsv, {
    id: "imports.unprocessed_file", path: "/v1/imports/{id}/unprocessed.csv", summary: "Download the rows that were not reached",
    description: "Of an import that was canceled or failed: the rest of its file.", sample: "Mail\r\nana@acme.com\r\n",
  }),
];
