// The timeline on the wire.
import * as z from "zod";
import { consent } from "../consents/schema";
import { change } from "../contacts/history/history";
import { time } from "../platform/validate";
import { engagement } from "./engagement-schema";
import { interaction, note } from "./schema";

export const KINDS = ["note", "interaction", "engagement", "consent", "change"] as const;
export type Kind = (typeof KINDS)[number];

const of = <K extends Kind, Data extends z.ZodType>(kind: K, data: Data) => z.strictObject({ type: z.literal(kind), at: time, data });

export const timelineItem = z
  .union([of("note", note), of("interaction", interaction), of("engagement", engagement), of("consent", consent), of("change", change)])
  .meta({ id: "TimelineItem" });
export type TimelineItem = z.output<typeof timelineItem>;

export const types = z
  .string()
  .transform((text) => text.split(","))
  .pipe(z.array(z.enum(KINDS)).min(1).max(KINDS.length))
  .optional()
  .meta({ description: "Only these, comma-separated: `note`, `interaction`, `engagement`, `consent`, `change`.", type: "string" });
