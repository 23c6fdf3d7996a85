// How far an export is: it walks, catches up with what changed meanwhile, writes the file, and signs it off.
import * as z from "zod";

const bounds = z.object({ emails: z.int(), phones: z.int(), addresses: z.int(), urls: z.int(), tags: z.boolean(), systems: z.array(z.string()), topics: z.array(z.string()) });
const common = {
  /** Pieces so far. */
  walked: z.int(), late: z.int(), parts: z.int(),
  /** How wide the contacts are. */
  bounds,
};
const written = { rows: z.int(), excluded: z.object({ not_marketable: z.int(), restricted: z.int() }), warnings: z.record(z.string(), z.int()), seq: z.int(), at: z.int() };

export const cursor = z.discriminatedUnion("stage", [
  z.object({ stage: z.literal("walk"), ...common, /** Behind this contact. */ after: z.int(), /** Where the log stood when it began. */ from: z.int() }),
  z.object({ stage: z.literal("catch up"), ...common, from: z.int() }),
  z.object({ stage: z.literal("write"), ...common, ...written, /** The next piece. */ kind: z.enum(["walk", "late"]), n: z.int() }),
  z.object({ stage: z.literal("sign off"), ...common, ...written }),
]);
export type Cursor = z.output<typeof cursor>;
export type At<Stage extends Cursor["stage"]> = Extract<Cursor, { stage: Stage }>;
