// Read-only members in a patch: a GET's body can be sent back, and anything else is a fault.
import * as z from "zod";
import { sameJson } from "./json";
import { invalid } from "./problems";

/** What a schema says of such a member. */
export const readOnlyMember = z.unknown().optional().meta({ readOnly: true, description: "Ignored when equal to what is stored, else 422 `read_only`." });

/** The schema's members for these names. */
export const readOnlyMembers = (names: readonly string[]): Record<string, typeof readOnlyMember> => Object.fromEntries(names.map((name) => [name, readOnlyMember]));

/** Throws `read_only` (422) for each of `names` that was sent and is not what `current` has; null: nothing is there yet. */
export function checkReadOnly(sent: object, current: object | null, names: readonly string[]): void {
  const given = new Map<string, unknown>(Object.entries(sent));
  const stored = new Map<string, unknown>(Object.entries(current ?? {}));
  const wrong = names.filter((name) => given.get(name) !== undefined && !(current && sameJson(given.get(name), stored.get(name))));
  if (wrong.length > 0) throw invalid(wrong.map((name) => ({ pointer: `/${name}`, code: "read_only", message: "can't be set" })));
}
