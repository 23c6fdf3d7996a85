// Many contacts in few transactions: those that are there already are counted, not refused.
import * as contacts from "../contacts/contacts";
import type { ContactPatch } from "../contacts/schema";
import { commit, type Plan } from "../platform/commit";
import type { SpaceCtx } from "../platform/context";
import { Problem } from "../platform/problem";
import { databases } from "../platform/sql";

/** Contacts of one transaction. */
const SLICE = 20;

export interface Made {
  readonly created: number;
  /** Somebody has one of their identifiers. */
  readonly skipped: number;
}

export async function createMany(ctx: SpaceCtx, patches: readonly ContactPatch[]): Promise<Made> {
  let created = 0;
  for (let i = 0; i < patches.length; i += SLICE) created += await createSlice(ctx, patches.slice(i, i + SLICE));
  return { created, skipped: patches.length - created };
}

/** Tried without a look at what is there; where that is refused, those that are there are left out. */
async function createSlice(ctx: SpaceCtx, patches: readonly ContactPatch[]): Promise<number> {
  const own = { ...ctx, db: databases(ctx.env), idempotency: null };
  let made = 0;
  await commit(own, own.db.data, async (attempt): Promise<Plan<"data", never>> => {
    const plans = (await Promise.all(patches.map((patch) => unlessThere(contacts.planCreate(own, patch, attempt > 0))))).flat();
    made = plans.length;
    return { reply: { status: 200 }, writes: plans.flatMap(({ writes }) => writes), events: plans.flatMap(({ events }) => events) };
  });
  return made;
}

const unlessThere = <T>(plan: Promise<T>): Promise<T[]> =>
  plan.then(
    (one) => [one],
    (error: unknown) => {
      if (error instanceof Problem && error.code === "contact_exists") return [];
      throw error;
    },
  );
