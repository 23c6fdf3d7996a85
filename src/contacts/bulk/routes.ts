// The operation on all contacts that a filter finds.
import { accepted } from "../../jobs/schema";
import { bare, onSpace, type Endpoint } from "../../platform/endpoint";
import { ON_WRITE, WITH_BODY } from "../../platform/problems";
import { run } from "./bulk";
import { bulk, countMismatch } from "./schema";

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "contacts.bulk",
    method: "POST",
    path: "/v1/contacts/bulk",
    tag: "Contacts",
    summary: "Change all that a filter finds",
    description:
      "Starts a job that does one thing (`update tag untag add_to_list remove_from_list archive restore delete`) to every contact that the filter finds, in the order of creation, each with its version and its event, which names the job as its `cause`. `expected_count` guards against a filter that means more than one thought. Deleting needs `contacts:delete`, lists need `lists:write`.",
    scope: "contacts:write",
    writes: "data",
    dryRun: true,
    body: bulk,
    bodyType: "json",
    bodyExample: { filter: { any: [{ all: [{ field: "addresses.country", op: "eq", value: "ES" }] }] }, action: { type: "tag", tags: ["spain"] } },
    answers: { 202: accepted },
    problems: [...WITH_BODY, ...ON_WRITE, countMismatch],
    run: (ctx, { body }) => run(ctx, body),
  }),
];
