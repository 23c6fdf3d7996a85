// What a card has several of, written: each with its label and, where it has one that is no type, in a group with it.
import type { Contact } from "../../../contacts/schema";
import { property, type Params } from "./compose";
import { packed } from "./exact";
import { looksLikeApples, typesFor } from "./labels";

export type Version = "3.0" | "4.0";

export class Items {
  #groups = 0;

  constructor(readonly version: Version) {}

  email({ value, label, primary }: Contact["emails"][number]): string[] {
    return this.#labeled("EMAIL", label, [...(this.version === "3.0" ? [["TYPE", "INTERNET"] as const] : []), ...this.#preferred(primary)], (name, params) => property(name, params, [value]));
  }

  /** `raw`: as it was given. */
  phone({ value, raw, label, primary }: Contact["phones"][number]): string[] {
    const given: Params = raw === value ? [] : [["X-CONNECTKIT-RAW", packed(raw)]];
    return this.#labeled("TEL", label, [...this.#preferred(primary), ...given], (name, params) => property(name, params, [value]));
  }

  address({ label, line1, line2, city, region, postal_code: postal, country }: Contact["addresses"][number]): string[] {
    const parts = ["", line2, line1, city, region, postal, country].map((part) => part ?? "");
    // A reader cuts a street of several lines into two, and puts a second line first where the first is missing.
    const exact = (line1 ?? "").includes("\n") || !line1;
    return this.#labeled("ADR", label, [], (name, params) => property(name, params, parts, ";", exact));
  }

  /** A URI is not escaped, but for the backslash that readers take away. */
  url({ value, label }: Contact["urls"][number]): string[] {
    return this.#labeled("URL", label, [], (name, params) => `${property(name, params, [""])}${value.replaceAll("\\", String.raw`\\`)}`);
  }

  #preferred(primary: boolean): Params {
    if (!primary) return [];
    return this.version === "4.0" ? [["PREF", "1"]] : [["TYPE", "PREF"]];
  }

  #labeled(name: string, label: string | null, params: Params, written: (name: string, params: Params) => string): string[] {
    if (label === null) return [written(name, params)];
    const types = typesFor(name, label);
    if (types) return [written(name, [...types.map((type) => ["TYPE", this.version === "3.0" ? type.toUpperCase() : type] as const), ...params])];
    this.#groups += 1;
    return [written(`item${this.#groups}.${name}`, params), property(`item${this.#groups}.X-ABLabel`, [], [label], null, looksLikeApples(label))];
  }
}
