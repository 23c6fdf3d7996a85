// `fields` and `include`: which members of a contact an answer has.
import * as z from "zod";
import { FIELDS } from "./schema";

const names = (description: string) =>
  z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(FIELDS)).min(1))
    .optional()
    .meta({ description, type: "string" });

export const shaping = {
  fields: names("Only these members, comma-separated: `id,emails`."),
  include: names("These members beside those of `fields`."),
};
