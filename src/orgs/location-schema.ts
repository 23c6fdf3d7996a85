// Locations on the wire.
import * as z from "zod";
import { countryCode } from "../platform/country";
import { idPattern } from "../platform/id";
import { readOnlyMembers } from "../platform/readonly";
import { line, time } from "../platform/validate";

export const locationId = z.string().regex(idPattern("location"), "a location id");

export const location = z
  .strictObject({
    id: locationId,
    name: z.string(),
    default_country: z.string().meta({ description: "ISO 3166-1 alpha-2: whose phone numbers may be written nationally." }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Location" });
export type Location = z.output<typeof location>;

const name = line(200);
const defaultCountry = z
  .string()
  .transform((text, ctx) => {
    const code = countryCode(text);
    if (code === null) ctx.issues.push({ code: "custom", message: "an ISO 3166-1 alpha-2 code", input: text, params: { code: "invalid_country" } });
    return code ?? "";
  })
  .meta({ description: "ISO 3166-1 alpha-2." });

export const locationInput = z.strictObject({ name, default_country: defaultCountry }).meta({ id: "LocationInput" });
export type LocationInput = z.output<typeof locationInput>;

export const READ_ONLY = ["id", "version", "created_at", "updated_at"] as const;

export const locationPatch = z
  .strictObject({ name: name.optional(), default_country: defaultCountry.optional(), ...readOnlyMembers(READ_ONLY) })
  .meta({ id: "LocationPatch" });
export type LocationPatch = z.output<typeof locationPatch>;
