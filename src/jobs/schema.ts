// Jobs on the wire, and what can be wrong with them.
import * as z from "zod";
import type { Answer } from "../platform/endpoint";
import { problem } from "../platform/problem";
import { time } from "../platform/validate";

export const STATES = ["queued", "running", "paused", "completed", "completed_with_errors", "failed", "canceled"] as const;
export type State = (typeof STATES)[number];

/** The states that a driver works on. */
export const ACTIVE: ReadonlySet<State> = new Set(["queued", "running"]);

export const job = z
  .strictObject({
    id: z.string(),
    kind: z.string().meta({ description: "The operation that started it." }),
    state: z.enum(STATES),
    progress: z.number().min(0).max(1).nullable().meta({ description: "Share of the items that are done; null while it is not known how many there are." }),
    counts: z.record(z.string(), z.int()).meta({ description: "How many items came to which end, by kind of job. Each counts once; `failed` are the errors." }),
    total: z.int().nullable().meta({ description: "How many items there are, where known." }),
    location: z.string().nullable(),
    environment: z.enum(["live", "sandbox"]),
    created_at: time,
    started_at: time.nullable(),
    ended_at: time.nullable(),
    created_by: z.strictObject({ type: z.string(), id: z.string(), last4: z.string().optional() }).meta({ description: "Who started it; of a key the last four characters of its secret." }),
    problem: z
      .strictObject({ code: z.string(), status: z.int(), title: z.string(), detail: z.string() })
      .nullable()
      .meta({ description: "Why it failed, where it did; `/errors/{code}` explains it." }),
    version: z.int().meta({ description: "Rises with each change of state that has an event, not with progress." }),
  })
  .meta({ id: "Job" });
export type Job = z.output<typeof job>;

export const example: Job = {
  id: "job_01kqz3v9c5f1nazrk2d4f7h8jm",
  kind: "contacts.bulk",
  state: "running",
  progress: 0.25,
  counts: { updated: 2_490, failed: 10 },
  total: 10_000,
  location: "loc_01kqz3v9c5f1nazrk2d4f7h8jm",
  environment: "live",
  created_at: "2026-11-20T17:53:00.000Z",
  started_at: "2026-11-20T17:53:00.210Z",
  ended_at: null,
  created_by: { type: "key", id: "key_01kqz3v9c5f1nazrk2d4f7h8jm", last4: "q7Xa" },
  problem: null,
  version: 1,
};

/** What an operation that starts a job answers. */
export const accepted: Answer & { readonly schema: typeof job } = {
  description: "The job that does it: follow its path.",
  schema: job,
  example: { ...example, state: "queued", progress: 0, counts: {}, started_at: null },
  headers: { Location: "The job's path." },
};

export const jobStateConflict = problem({
  code: "job_state_conflict",
  status: 409,
  title: "Not in this state",
  cause: "The job has ended, or is in another state that this can't be done in.",
  cure: "`state` is the one that it is in. What has ended stays as it is: start a new job.",
  example: { state: "completed" },
});

export const permissionWithdrawn = problem({
  code: "permission_withdrawn",
  status: 403,
  title: "The permission was withdrawn",
  cause: "Who started the job may no longer do what it does: the key was paused, revoked or cut, the API switched off, or the member's role changed. What was done before stays done.",
  cure: "Start it anew with a key or as a member that may. What the first one has done is left as it is.",
});

export const jobStalled = problem({
  code: "job_stalled",
  status: 500,
  title: "The job makes no progress",
  cause: "It was restarted for an hour and did not get on: something fails in here.",
  cure: "Start it anew later; if that fails too, tell the operator the job's id.",
});
