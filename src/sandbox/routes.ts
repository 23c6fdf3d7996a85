// The operations on a sandbox.
import { notYetEffective } from "../limits/schema";
import { bare, onOrganization, onSpace, type Endpoint } from "../platform/endpoint";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import * as clock from "./clock";
import { reset } from "./reset";
import * as schema from "./schema";
import { seed } from "./seed";

const clockExample = { now: "2027-02-03T17:53:00.000Z", offset_seconds: 6_480_000, real_now: "2026-11-20T17:53:00.000Z", settled: true };
const ofClock = { description: "The clock.", schema: schema.clock, example: clockExample };

export const routes: readonly Endpoint[] = [
  onOrganization({
    ...bare,
    id: "sandbox.clock.get",
    method: "GET",
    path: "/v1/sandbox/clock",
    tag: "Sandbox",
    summary: "Read the sandbox's clock",
    description: "What time it is in the sandbox of the organization, for all of its sandbox keys.",
    scope: "any",
    sandboxOnly: true,
    onClock: true,
    answers: { 200: ofClock },
    run: (ctx) => clock.show(ctx),
  }),
  onOrganization({
    ...bare,
    id: "sandbox.clock.advance",
    method: "POST",
    path: "/v1/sandbox/clock",
    tag: "Sandbox",
    summary: "Put the sandbox's clock forward",
    description:
      "Puts the clock of the organization's sandbox forward, for all of its sandbox keys, and lets happen what that time would have brought: overlaps and fixed ends, notices 15, 7 and 1 day before an unused key is deleted, the deletion, refilled quotas. The key that calls counts as used at the new time. It can't be put back. Live keys and live data go by the true time.",
    scope: "contacts:delete",
    sandboxOnly: true,
    onClock: true,
    writes: "control",
    body: schema.advance,
    bodyType: "json",
    bodyExample: { advance: "P75D" },
    answers: { 200: ofClock },
    problems: [...WITH_BODY, ...ON_WRITE, notYetEffective],
    run: (ctx, { body }) => clock.advance(ctx, body.advance),
  }),
  onSpace({
    ...bare,
    id: "sandbox.seed",
    method: "POST",
    path: "/v1/sandbox/seed",
    tag: "Sandbox",
    summary: "Fill a sandbox with contacts",
    description:
      "Creates up to 1,000 contacts who are made up, in the sandbox of one location, each with its event. The same `seed` makes the same people; those that are there already are skipped. Their addresses are at reserved domains, their phones in ranges that are kept for fiction.",
    scope: "contacts:delete",
    sandboxOnly: true,
    writes: "data",
    body: schema.seedInput,
    bodyType: "json",
    bodyOptional: true,
    bodyExample: { contacts: 20, seed: 7 },
    answers: { 200: { description: "How many were created.", schema: schema.seeded, example: { created: 18, skipped: 2, seed: 7 } } },
    problems: [...WITH_BODY, ...ON_WRITE],
    run: (ctx, { body }) => seed(ctx, body),
  }),
  onSpace({
    ...bare,
    id: "sandbox.reset",
    method: "POST",
    path: "/v1/sandbox/reset",
    tag: "Sandbox",
    summary: "Empty a sandbox",
    description:
      "Deletes all contacts of the sandbox of one location, all that hangs on them, and what was added there: fields, tags, lists and segments. Of very many it deletes a part: call again until `done`. The log keeps what happened, and gets one event `sandbox.reset`. Keys and the clock stay.",
    scope: "contacts:delete",
    sandboxOnly: true,
    writes: "data",
    answers: { 200: { description: "How many contacts went, and whether all.", schema: schema.emptied, example: { done: true, deleted: 100 } } },
    problems: [...ON_WRITE],
    run: (ctx) => reset(ctx),
  }),
];
