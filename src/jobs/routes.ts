// The operations on jobs; each kind's own operation starts it.
import * as z from "zod";
import { bare, onOrganization, type Endpoint } from "../platform/endpoint";
import { idPattern } from "../platform/id";
import { cursorMismatch, pageOf, pageQuery } from "../platform/page";
import { many } from "../platform/validate";
import * as jobs from "./jobs";
import { example, job, jobStalled, jobStateConflict, permissionWithdrawn, STATES } from "./schema";

const params = z.strictObject({ id: z.string().regex(idPattern("job")).meta({ description: "Id of the job.", examples: [example.id] }) });
const tells = [permissionWithdrawn, jobStalled];

const ordered = (name: "pause" | "resume" | "cancel", summary: string, description: string, shown: object): Endpoint =>
  onOrganization({
    ...bare,
    id: `jobs.${name}`,
    method: "POST",
    path: `/v1/jobs/{id}/${name}`,
    tag: "Jobs",
    summary,
    description: `${description} Needs the scopes that the job itself needs.`,
    scope: "any",
    writes: "data",
    params,
    answers: { 200: { description: "The job.", schema: job, example: { ...example, ...shown, version: 2 } } },
    problems: [jobStateConflict],
    tells,
    run: (ctx, { params: { id } }) => jobs.order(ctx, id, name),
  });

export const routes: readonly Endpoint[] = [
  onOrganization({
    ...bare,
    id: "jobs.list",
    method: "GET",
    path: "/v1/jobs",
    tag: "Jobs",
    summary: "List jobs",
    description:
      "Newest first, those that ended up to 90 days ago among them. A key sees the jobs of its environment and, if it does not reach all locations, of its own. A page looks at 2,000 jobs: with a filter it may be short, or empty, and yet have a `next_cursor`.",
    scope: "contacts:read",
    query: z.strictObject({
      kind: z.string().min(1).max(100).optional().meta({ description: "Jobs of this kind: the operation that starts them." }),
      state: many(z.enum(STATES)).optional().meta({ description: "Jobs in this state; repeat for OR." }),
      location: z.string().regex(idPattern("location")).optional().meta({ description: "Jobs of this location." }),
      ...pageQuery,
    }),
    answers: { 200: { description: "A page of jobs.", schema: pageOf(job), example: { data: [example], page: { next_cursor: null, limit: 50 } } } },
    problems: [cursorMismatch],
    tells,
    run: (ctx, { query: { limit, cursor, ...filter } }) => jobs.list(ctx, filter, { limit, cursor }),
  }),
  onOrganization({
    ...bare,
    id: "jobs.get",
    method: "GET",
    path: "/v1/jobs/{id}",
    tag: "Jobs",
    summary: "Read a job",
    description: "How far it is. Ask every second or so, or follow the event `job.completed`, `job.failed` or `job.canceled` with the job as its subject.",
    scope: "contacts:read",
    params,
    answers: { 200: { description: "The job.", schema: job, example } },
    tells,
    run: (ctx, { params: { id } }) => jobs.read(ctx, id),
  }),
  ordered("pause", "Pause a job", "Nothing more of it takes effect once this is answered, until it is resumed. A job that is paused already stays so.", { state: "paused" }),
  ordered("resume", "Resume a job", "It goes on where it was paused, still on behalf of who started it. A job that is not paused but at work stays so.", { state: "queued" }),
  ordered("cancel", "Cancel a job", "Nothing more of it takes effect once this is answered; what was done stays done. A job that is canceled already stays so.", {
    state: "canceled", ended_at: "2026-11-20T17:54:00.000Z",
  }),
];
