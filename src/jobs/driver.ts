// The Workflow: it only drives. An instance works in steps of some seconds until what one invocation may ask of D1 is
// used up, and hands over to the next one.
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep, type WorkflowStepConfig } from "cloudflare:workers";
import type { Env } from "../env";
import { drive, type House } from "./drive";
import type { JobRef } from "./nudge";
import { handOver } from "./sweep";

/** Statements of an instance: D1 allows one invocation a thousand, and a slice that has begun is finished. */
const MAX_STATEMENTS = 700;
const MAX_STEPS = 20;

/** What fails for longer is the sweep's. */
const STEP = { retries: { limit: 2, delay: "1 second", backoff: "exponential" }, timeout: "2 minutes" } satisfies WorkflowStepConfig;

/** The class of the Workflow that drives jobs of these kinds. */
export const driverOf = (house: House) =>
  class JobDriver extends WorkflowEntrypoint<Env, JobRef> {
    override async run({ payload }: Readonly<WorkflowEvent<JobRef>>, step: WorkflowStep): Promise<void> {
      let spent = 0;
      for (let k = 0; k < MAX_STEPS && spent < MAX_STATEMENTS; k += 1) {
        const { ended, statements } = await step.do(`slices ${k}`, STEP, () => drive(house, this.env, payload, MAX_STATEMENTS - spent));
        if (ended) return;
        spent += statements;
      }
      await step.do("hand over", STEP, () => handOver(this.env, payload));
    }
  };
