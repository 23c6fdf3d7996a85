// What the bench asks of the worker about long work: a job driven as its Workflow would, and the floor of an import.
import { planChanges, type Change } from "../src/contacts/changes";
import { eventOf } from "../src/contacts/drafts";
import { apply, emptyDocument } from "../src/contacts/patch";
import { registryOf } from "../src/fields/registry";
import { drive } from "../src/jobs/drive";
import { kinds } from "../src/kinds";
import type { Env } from "../src/env";
import { systemCtx } from "../src/platform/commit";
import type { Space } from "../src/platform/context";
import { append } from "../src/platform/events";
import { newId } from "../src/platform/id";
import { databases } from "../src/platform/sql";

/** Drives for about ten seconds; every driver of the bench may. */
export async function driven(env: Env, { org, job }: { org: string; job: string }): Promise<{ ended: boolean; ms: number }> {
  const started = performance.now();
  const { ended } = await drive({ kinds, may: async () => true }, env, { org, job, attempt: 0 }, 850);
  return { ended, ms: performance.now() - started };
}

export const slicesOf = (env: Env, job: string): Promise<number | null> => env.DATA.prepare("SELECT slices FROM jobs WHERE id = ?").bind(job).first<number>("slices");

interface Bare {
  readonly space: Space;
  readonly org: string;
  readonly rows: number;
  readonly slice: number;
}

/** The rows of such an import, thought of beforehand: only the writing of them is timed. */
export async function fillBare(env: Env, { space, org, rows, slice }: Bare): Promise<{ ms: number }> {
  const registry = await registryOf({ db: databases(env), space });
  const ctx = systemCtx(org, Date.now());
  let ms = 0;
  for (let from = 0; from < rows; from += slice) {
    const changes = Array.from({ length: Math.min(slice, rows - from) }, (_, k) => born(space, ctx.now, from + k));
    const { writes, events } = planChanges(space, registry, changes);
    const statements = [...writes, ...append(ctx, "data", ctx, events).statements].map(({ sql, params }) => env.DATA.prepare(sql).bind(...params));
    const started = performance.now();
    await env.DATA.batch(statements);
    ms += performance.now() - started;
  }
  return { ms };
}

function born(space: Space, now: number, i: number): Change {
  const doc = apply(
    emptyDocument({ type: "import" }),
    { first_name: `Ana ${i}`, last_name: `Núñez ${i}`, company: "Acme", job_title: "CFO", emails: [`bare${i}@example.com`], phones: [`+3460${String(1_000_000 + i).padStart(7, "0")}`], addresses: [{ line1: `Calle Mayor ${i}`, city: "Madrid", postal_code: "28013", country: "ES" }] },
    { country: "ES", fields: new Map(), isNew: true },
  );
  const row = { id: newId("contact", now), version: 1, doc: JSON.stringify(doc), created_at: now, updated_at: now, archived_at: null, merged_into: null };
  const changes = Object.fromEntries(["first_name", "last_name", "company", "job_title", "emails", "phones", "addresses"].map((field) => [field, { from: null, to: Reflect.get(doc, field) }]));
  return { before: null, after: { row, doc }, events: [eventOf({ space }, "contact.created", row, changes)] };
}
