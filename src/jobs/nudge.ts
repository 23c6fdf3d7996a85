// An instance of the Workflow for a job. Each has a name of its own, so nothing depends on one that died; what it is for
// stands in D1, so one that never comes is missed only by the sweep.
import type { Env } from "../env";

/** What an instance is told. */
export interface JobRef {
  readonly org: string;
  readonly job: string;
  /** Which of the job's instances it is: an older one stops. */
  readonly attempt: number;
}

/** Starts it; a second call for the same attempt changes nothing. */
export async function nudge({ JOBS }: Pick<Env, "JOBS">, ref: JobRef): Promise<void> {
  try {
    await JOBS.create({ id: `${ref.job}-${ref.attempt}`, params: ref });
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("already_exists"))) throw error;
  }
}
