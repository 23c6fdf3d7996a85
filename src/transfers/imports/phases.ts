// The long work of an import: begun as jobs, and paused, resumed and canceled as they are.
import { find as findList } from "../../lists/lists";
import { orderAs, planStart } from "../../jobs/jobs";
import type { Kind } from "../../jobs/kind";
import { nudge, type JobRef } from "../../jobs/nudge";
import { commit, type Plan } from "../../platform/commit";
import { checkIfMatch } from "../../platform/conditions";
import type { SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { changeIn } from "../../platform/events";
import { adoptColumns, checkComplete } from "./columns";
import { checkState, find, replyOf } from "./imports";
import { runKind, undoKind, validateKind } from "./kinds";
import { KEPT_MS } from "./objects";
import { fileOf, jobIdOf, settingsOf, stateOf } from "./render";
import { importStateConflict, undoExpired, type ImportJson, type ImportState } from "./schema";
import * as store from "./store";

interface Beginning {
  readonly kind: Kind<{ import: string }>;
  readonly event: string;
  readonly from: readonly ImportState[];
  readonly phase: store.Work;
  readonly column: "validate_job" | "run_job" | "revert_job";
}
const BEGINNINGS = {
  validate: { kind: validateKind, event: "import.validating", from: ["ready", "validated"], phase: "validate", column: "validate_job" },
  start: { kind: runKind, event: "import.started", from: ["ready", "validated"], phase: "run", column: "run_job" },
  undo: { kind: undoKind, event: "import.reverting", from: ["completed", "completed_with_errors", "canceled", "failed"], phase: "revert", column: "revert_job" },
} satisfies Record<string, Beginning>;

/** Throws `import_state_conflict` (409), `mapping_invalid` (422), `undo_expired` (409). */
export async function begin(ctx: SpaceCtx, id: string, name: keyof typeof BEGINNINGS): Promise<Reply<ImportJson>> {
  const { kind, event, from, phase, column }: Beginning = BEGINNINGS[name];
  let nudged: JobRef | null = null;
  if (name === "start") await adoptColumns(ctx, await find(ctx, id));
  const reply = await commit(ctx, ctx.db.data, async (): Promise<Plan<"data", ImportJson>> => {
    const before = await find(ctx, id);
    checkIfMatch(ctx, before.version);
    checkState(before, ctx.now, from);
    const file = fileOf(before);
    if (file === null || (phase === "revert" && before.run_job === null)) throw importStateConflict("Nothing was imported.", { state: stateOf(before, ctx.now) });
    if (phase === "revert" && (before.files_gone_at !== null || ctx.now > before.created_at + KEPT_MS)) throw undoExpired("It was begun more than 30 days ago.");
    const { list_id: list } = settingsOf(before);
    if (phase !== "revert") await checkComplete(ctx, before, file);
    if (phase !== "revert" && list !== undefined) await findList(ctx, list);
    const { plan, ref } = planStart(ctx, kind, { import: id }, file.rows);
    nudged = ref;
    const queued = JSON.stringify({ state: "queued", counts: {}, problem: null, ended_at: null });
    const row = { ...before, phase, [column]: ref.job, version: before.version + 1, updated_at: ctx.now, ...(phase === "validate" ? { validating: queued } : phase === "run" ? { running: queued } : { reverting: queued }) };
    return {
      reply: replyOf(ctx, 202, row),
      guards: [store.atVersion(before)],
      writes: [...plan.writes, ...(phase === "validate" ? [store.clearPhase(ctx.space, id, phase)] : []), store.updateImport(row)],
      events: [...plan.events, { ...changeIn(ctx.space, event, row, { state: { from: stateOf(before, ctx.now), to: stateOf(row, ctx.now) } }), data: { job: ref.job } }],
    };
  });
  if (nudged && !ctx.dryRun) ctx.defer(nudge(ctx.env, nudged));
  return reply;
}

const ORDERS = {
  pause: ["validating", "running", "reverting", "paused"],
  resume: ["paused", "running", "validating", "reverting"],
  cancel: ["validating", "running", "paused", "canceled"],
} satisfies Record<string, readonly ImportState[]>;

/** An order to the job that works on the import. Throws `import_state_conflict` (409). */
export async function order(ctx: SpaceCtx, id: string, name: keyof typeof ORDERS): Promise<Reply<ImportJson>> {
  const before = await find(ctx, id);
  checkState(before, ctx.now, ORDERS[name]);
  const job = jobIdOf(before);
  if (job === null) throw importStateConflict("Nothing is under way.", { state: stateOf(before, ctx.now) });
  return orderAs(ctx, job, name, async ({ state, counts, ended_at: ended, problem }) => {
    const told = JSON.stringify({ state, counts, problem, ended_at: ended === null ? null : Date.parse(ended) });
    const row = await find(ctx, id);
    return replyOf(ctx, 200, { ...row, ...(row.phase === "validate" ? { validating: told } : row.phase === "run" ? { running: told } : { reverting: told }) });
  });
}
