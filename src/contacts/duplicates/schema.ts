// Duplicates on the wire.
import * as z from "zod";
import { idPattern } from "../../platform/id";
import { contact } from "../schema";

export const duplicateGroup = z
  .strictObject({
    score: z.number().min(0).max(1).meta({ description: "How sure it is that they are one." }),
    reasons: z.array(z.enum(["same_phone", "similar_email", "name_and_postal_code", "name_and_birthday", "name_and_company"])).meta({ description: "What they have in common; names without case and accents, nicknames as the names that they stand for." }),
    size: z.int().meta({ description: "How many contacts have it in common; at most 20 are told." }),
    contacts: z.array(contact),
  })
  .meta({ id: "DuplicateGroup" });
export type DuplicateGroup = z.output<typeof duplicateGroup>;

export const notDuplicates = z.strictObject({ contact_ids: z.array(z.string().regex(idPattern("contact"), "a contact id")).min(2).max(20) }).meta({ id: "NotDuplicates" });
export type NotDuplicates = z.output<typeof notDuplicates>;
