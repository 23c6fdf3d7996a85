// A kind of job is a value: what it needs to be allowed, and how its next slice is planned. It never writes: it returns
// what is to be written, and the one place that carries out slices commits it, exactly once.
import * as z from "zod";
import type { Plan } from "../platform/commit";
import type { Ctx, DataCtx } from "../platform/context";
import type { Problem } from "../platform/problem";
import type { Scope } from "../platform/scopes";

/** What a slice is planned with: the space that the job was started on, and who started it as its actor. */
export interface SliceCtx extends DataCtx, Pick<Ctx, "env"> {}

/** How many items came to which end. Each item counts once, under one name; `failed` are the errors. */
export type Counts = Readonly<Record<string, number>>;

export interface Slice<Cursor> {
  /** At most 90 statements, guards among them. A guard that fails has the slice planned anew. Its events get the job as their `cause`. */
  readonly plan: Pick<Plan<"data", never>, "guards" | "writes" | "events">;
  /** Where the next slice starts; null is where the first one did. */
  readonly cursor: Cursor | null;
  /** Of this slice alone. */
  readonly counts: Counts;
  /** Nothing is left behind this slice. */
  readonly done: boolean;
  /** How many items there are in all, where that has become known or known better. */
  readonly total?: number;
}

export interface Work<Input, Cursor> {
  /** Id of the job. */
  readonly job: string;
  readonly input: Input;
  /** Null: nothing is done yet. */
  readonly cursor: Cursor | null;
  /** So far. */
  readonly counts: Counts;
}

interface Definition<Input, Cursor> {
  /** `contacts.tag`: the operation that starts it. */
  readonly kind: string;
  /** What is stored of them, as JSON: no transformations, they are read before each slice. */
  readonly input: z.ZodType<Input>;
  readonly cursor: z.ZodType<Cursor>;
  /** Items that a slice may hold at most; how many it does follows from how long they take. */
  readonly most: number;
  /** What whoever starts it needs, when it starts and before each slice. */
  scopes(input: Input): readonly Scope[];
  /** Plans the next slice, of up to `limit` items. What it throws halves the limit, until the offender stands alone. */
  slice(ctx: SliceCtx, work: Work<Input, Cursor>, limit: number): Promise<Slice<Cursor>>;
  /** The next item alone could not be done: passes over it, counts it as failed, and keeps `why` where the kind has a place for it. */
  passOver(ctx: SliceCtx, work: Work<Input, Cursor>, why: Problem): Promise<Slice<Cursor>>;
}

/** A job's row, as far as a kind knows of it: JSON. */
export interface Stored {
  readonly id: string;
  readonly input: string;
  readonly cursor: string | null;
  readonly counts: string;
}

/** A kind whose cursor is its own matter. */
export interface Kind<Input> {
  readonly name: string;
  readonly most: number;
  scopes(input: Input): readonly Scope[];
  slice(ctx: SliceCtx, stored: Stored, limit: number): Promise<Slice<unknown>>;
  passOver(ctx: SliceCtx, stored: Stored, why: Problem): Promise<Slice<unknown>>;
}

/** Any kind: to be carried out, not to be started. */
export type AnyKind = Kind<never>;

export function jobKind<Input, Cursor>(definition: Definition<Input, Cursor>): Kind<Input> {
  const { kind: name, most, input, cursor } = definition;
  const workOf = (stored: Stored): Work<Input, Cursor> => ({
    job: stored.id,
    input: input.parse(JSON.parse(stored.input)),
    cursor: stored.cursor === null ? null : cursor.parse(JSON.parse(stored.cursor)),
    counts: JSON.parse(stored.counts),
  });
  return {
    name,
    most,
    scopes: (given) => definition.scopes(given),
    slice: (ctx, stored, limit) => definition.slice(ctx, workOf(stored), limit),
    passOver: (ctx, stored, why) => definition.passOver(ctx, workOf(stored), why),
  };
}
