// Fills a sandbox with people who are made up: the same ones for the same seed, so that a second call changes nothing.
import { commit, replayIfDone } from "../platform/commit";
import type { SpaceCtx } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { createMany } from "./create-many";
import { people } from "./people";
import type { Seeded, SeedInput } from "./schema";

export async function seed(ctx: SpaceCtx, { contacts, seed: number }: SeedInput): Promise<Reply<Seeded>> {
  if (ctx.idempotency) await replayIfDone(ctx.db.data, ctx.idempotency);
  const made = await createMany(ctx, people(number, contacts));
  const body = { ...made, seed: number };
  const { space } = ctx;
  return commit(ctx, ctx.db.data, async () => ({
    reply: { status: 200, body },
    writes: [],
    events: [{ type: "sandbox.seeded", subject: space.location, version: 1, location: space.location, environment: space.environment, space: space.id, data: { ...body } }],
  }));
}
