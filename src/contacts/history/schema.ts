// A contact's history on the wire.
import * as z from "zod";
import { problem } from "../../platform/problem";
import { time } from "../../platform/validate";

export const change = z
  .strictObject({
    event: z.string().meta({ description: "Id of the event." }),
    type: z.string().meta({ description: "`contact.created`, `contact.updated`, `contact.archived`, …" }),
    version: z.int().meta({ description: "The version that it made." }),
    at: time,
    actor: z.strictObject({ type: z.string(), id: z.string(), last4: z.string().optional() }).meta({ description: "Who did it." }),
    changes: z.record(z.string(), z.strictObject({ from: z.unknown(), to: z.unknown() })).meta({ description: "Old and new by field; of custom fields each by itself, `custom.<key>`; archived or active as `status`." }),
  })
  .meta({ id: "ContactChange" });
export type ChangeJson = z.output<typeof change>;

export const changeExample: ChangeJson = {
  event: "evt_01kqz3v9c5f1nazrk2d4f7h8jm",
  type: "contact.updated",
  version: 8,
  at: "2026-11-20T17:53:00.000Z",
  actor: { type: "key", id: "key_01kqz3v9c5f1nazrk2d4f7h8jm", last4: "q7Xa" },
  changes: { job_title: { from: "CFO", to: "CEO" } },
};

/** Events that are undone one after the other. */
export const MAX_UNDONE = 10_000;

export const historyTooLong = problem({
  code: "history_too_long",
  status: 422,
  title: "Too far back",
  cause: `A past version is made by undoing one change after the other, at most ${MAX_UNDONE}. This one lies further back.`,
  cure: "Read the changes themselves: `GET /v1/contacts/{id}/history`.",
  example: { limit: MAX_UNDONE },
});
