// Properties of a vCard put together: parameters quoted where they must be, texts escaped, what they can't hold beside them.
import { exactParam } from "./exact";
import { escapeText } from "./text";

export type Params = readonly (readonly [name: string, value: string])[];

/** Of one text (`separator` null), or of parts that the separator keeps apart. `exact`: the parts are to come back as they are, whatever they look like. */
export function property(name: string, params: Params, parts: readonly string[], separator: ";" | "," | null = null, exact = false): string {
  return `${name}${[...params, ...exactParam(parts, exact)].map(parameter).join("")}:${parts.map((part) => escapeText(part, separator === ";")).join(separator ?? "")}`;
}

/** No line where there is no value. */
export const text = (name: string, value: string | null | undefined, params: Params = []): string[] => (value ? [property(name, params, [value])] : []);

/** RFC 6868 for what quotes can't hold. */
function parameter([name, value]: readonly [string, string]): string {
  const written = value.replaceAll(/[\^"\r\n]/g, (char) => (char === "^" ? "^^" : char === '"' ? "^'" : "^n")).replaceAll(/[^\P{Cc}\t\n]/gu, "");
  return /[:;,]/.test(written) ? `;${name}="${written}"` : `;${name}=${written}`;
}
