// A batch: up to 500 operations in one call and one transaction, each with a result of its own.
import { registryOf, type Registry } from "../../fields/registry";
import { missing } from "../../orgs/reach";
import { commit } from "../../platform/commit";
import type { SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { document, Problem } from "../../platform/problem";
import { planned } from "../contacts";
import { unrestricted } from "../store";
import { gained, readSuppressed } from "../suppressions";
import { resolve } from "./resolve";
import { batchFailed, operation, type Answer, type Batch, type Result, type Summary } from "./schema";
import { work, type Outcome } from "./work";

const STATUS = { created: 201, updated: 200, unchanged: 200, archived: 200, restored: 200, deleted: 204 } as const;

/** 200, or 207 where some failed. Throws `batch_failed` (422) where `atomic` and one did. */
export const run = (ctx: SpaceCtx, { atomic, operations }: Batch): Promise<Reply<Answer>> =>
  commit(ctx, ctx.db.data, async (attempt) => {
    const { changes, results } = await carriedOut(ctx, operations, attempt > 0);
    const body = { results, summary: summaryOf(results) };
    const failed = body.summary.failed ?? 0;
    if (atomic && failed > 0) throw batchFailed(`${failed} of ${operations.length} operations can't be carried out.`, body);
    const plan = changes.length === 0 ? { guards: [], writes: [], events: [] } : await planned(ctx, changes, attempt > 0);
    const changed = results.flatMap((result) => ("action" in result && result.action === "updated" ? [result.id] : []));
    const guards = changed.length === 0 ? [] : [unrestricted(ctx.space, changed)];
    return { reply: { status: failed > 0 ? 207 : 200, body }, ...plan, guards: [...plan.guards, ...guards] };
  });

/** By the fields as they are remembered; what those refuse is judged again by those of D1, where they differ. */
async function carriedOut(ctx: SpaceCtx, operations: readonly unknown[], fresh: boolean) {
  const registry = await registryOf(ctx, fresh);
  const first = await carriedOutBy(ctx, registry, operations, fresh);
  if (fresh || !first.results.some(({ status }) => status === 422)) return first;
  const current = await registryOf(ctx, true);
  return current.revision === registry.revision ? first : carriedOutBy(ctx, current, operations, fresh);
}

async function carriedOutBy(ctx: SpaceCtx, registry: Registry, operations: readonly unknown[], fresh: boolean) {
  const { tasks, refused, holders, restricted } = await resolve(ctx, registry, operations);
  const barred = new Map(tasks.flatMap(({ index, op }) => (op === "delete" ? refusal(ctx, index) : [])));
  const wanted = tasks.filter(({ index }) => !barred.has(index));
  const worked = work(ctx, registry, wanted, holders, { restricted });
  const suppressed = fresh || ctx.dryRun ? await readSuppressed(ctx, gained(worked.changes, registry.fields)) : null;
  const { changes, outcomes } = suppressed?.size ? work(ctx, registry, wanted, holders, { restricted, suppressed }) : worked;
  return { changes, results: operations.map((sent, index) => resultOf(ctx, index, sent, refused.get(index) ?? barred.get(index) ?? outcomes.get(index))) };
}

function refusal(ctx: SpaceCtx, index: number): [number, Problem][] {
  const lacking = missing(ctx.principal, "contacts:delete");
  return lacking ? [[index, lacking]] : [];
}

const RETRYABLE = new Set(["version_mismatch", "duplicate_in_batch", "busy", "field_converting"]);

function resultOf({ origin, requestId }: SpaceCtx, index: number, sent: unknown, outcome: Outcome | undefined): Result {
  const named = operation.shape.ref.safeParse(typeof sent === "object" && sent !== null && "ref" in sent ? sent.ref : undefined);
  const ref = named.data ?? null;
  if (outcome instanceof Problem) {
    const { request_id: _, ...error } = document(outcome, origin, requestId);
    return { index, ref, status: outcome.status, error: { ...error, code: outcome.code }, retryable: RETRYABLE.has(outcome.code) };
  }
  if (!outcome) throw new Error(`no outcome of operation ${index}`);
  return { index, ref, status: STATUS[outcome.action], action: outcome.action, id: outcome.id, version: outcome.version };
}

function summaryOf(results: readonly Result[]): Summary {
  const counts: Summary = {};
  for (const result of results) {
    const name = "action" in result ? result.action : "failed";
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
