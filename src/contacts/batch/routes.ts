// The operation on many contacts at once.
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { ON_WRITE, WITH_BODY } from "../../platform/problems";
import { tagRemoving } from "../../tags/schema";
import { contactArchived, contactExists, contactMerged, contactRestricted, matchConflict, restoreConflict, suppressed } from "../schema";
import { run } from "./batch";
import { answer, batch, BATCH_BYTES, batchFailed, duplicateInBatch } from "./schema";

const example = {
  results: [
    { index: 0, ref: "row-1", status: 201 as const, action: "created" as const, id: "con_01kqz3v9c5f1nazrk2d4f7h8jm", version: 1 },
    { index: 1, ref: null, status: 409, error: { code: "contact_exists", existing_id: "con_01kqz3v9c5f1nazrk2d4f7h8jn" }, retryable: false },
  ],
  summary: { created: 1, failed: 1 },
};

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "contacts.batch",
    method: "POST",
    path: "/v1/contacts/batch",
    tag: "Contacts",
    summary: "Change many contacts",
    description:
      "Up to 500 operations (`create update upsert archive restore delete tag untag`) in one call, which takes one token. They are carried out in order, and each has a result of its own at its place: 200 when all succeeded, 207 when some failed, with what is wrong with each. `atomic`: all or none. A contact can be in one operation of a batch only; `delete` needs `contacts:delete`.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    body: batch,
    bodyType: "json",
    bodyLimitBytes: BATCH_BYTES,
    bodyExample: {
      atomic: false,
      operations: [
        { ref: "row-1", op: "upsert", match: "email", data: { first_name: "Ana", emails: ["ana@acme.com"] } },
        { ref: "row-2", op: "create", data: { first_name: "Ben", tags: ["vip"] } },
      ],
    },
    answers: { 200: { description: "All were carried out.", schema: answer, example }, 207: { description: "Some failed.", schema: answer, example } },
    problems: [...WITH_BODY, ...ON_WRITE, batchFailed, duplicateInBatch, contactExists, contactArchived, contactMerged, contactRestricted, matchConflict, restoreConflict, suppressed, tagRemoving],
    run: (ctx, { body }) => run(ctx, body),
  }),
];
