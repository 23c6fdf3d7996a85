// What the values of a column look like, by a sample of them.
import { e164, emailKey } from "../../platform/normalize";
import { countryOf } from "./values/countries";
import { dayOf } from "./values/dates";

export type Look = "email" | "phone" | "url" | "date" | "country" | "postal_code" | "number" | "text";

const LOOKS: readonly (readonly [Look, (value: string, country: string) => boolean])[] = [
  ["email", (value) => value.includes("@") && emailKey(value.replace(/^.*<([^<>]+)>$/, "$1")) !== null],
  ["url", (value) => /^(?:https?:\/\/|www\.)\S+\.\S+$/i.test(value) || /^(?:[\w-]+\.)+(?:com|org|net|io|es|de|fr|pt|it|nl|eu|co\.uk|br|ch|at)(?:\/\S*)?$/i.test(value)],
  ["date", (value) => /\D/.test(value) && dayOf(value, "auto") !== null],
  ["phone", (value, country) => /^[+(]?[\d\s()./-]{7,24}$/.test(value) && (e164(value, country) !== null || value.startsWith("+"))],
  ["number", (value) => /^[+-]?[\d.,]+$/.test(value)],
  ["country", (value) => countryOf(value) !== null],
];
const MOST = 0.8;

/** What at least four of five say; null: there is nothing to see. */
export function lookOf(values: readonly string[], country: string): Look | null {
  const said = values.map((value) => value.trim()).filter((value) => value !== "").slice(0, 50);
  if (said.length === 0) return null;
  return LOOKS.find(([, holds]) => said.filter((value) => holds(value, country)).length >= said.length * MOST)?.[0] ?? "text";
}

/** Whether a target can be what values look like that; `text` and null prove nothing. */
export function fits(target: string, look: Look | null): boolean {
  if (look === null) return true;
  const [head = "", ...rest] = target.split(".");
  const part = rest.at(-1) ?? "";
  if (head === "email" && part !== "label" && part !== "primary") return look === "email";
  if (head === "phone" && part !== "label" && part !== "primary") return look === "phone" || look === "number" || look === "text";
  if (head === "url" && part !== "label") return look === "url" || look === "text";
  if (target === "birthday") return look === "date";
  if (part === "country") return look === "country" || look === "text";
  if (target.endsWith("_name") || target === "company" || target === "job_title") return look === "text" || look === "country";
  return look !== "email" || head === "custom" || head === "external_id" || head === "tags";
}
