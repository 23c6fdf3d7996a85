// The operations on a sandbox.
import { notYetEffective } from "../limits/schema";
import { bare, onOrganization, type Endpoint } from "../platform/endpoint";
import { ON_WRITE, WITH_BODY } from "../platform/problems";
import * as clock from "./clock";
import * as schema from "./schema";

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
];
