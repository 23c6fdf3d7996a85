// Countries and languages by their names in seven languages, as the platform knows them: from a cell to its code, and back.
import { countryCode } from "../../../platform/country";
import { fold } from "../../../platform/fold";
import { memo } from "../../../platform/memo";
import { ALPHA_3 } from "./alpha3";

const LANGUAGES = ["en", "es", "de", "fr", "pt", "it", "nl"];
const A_TO_Z = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");

/** Names in use that the platform has no other way. */
const ALSO: Readonly<Record<string, string>> = {
  GB: "uk|u.k.|great britain|england|scotland|wales|northern ireland|inglaterra|gran bretana|reino unido de gran bretana|grossbritannien|england|angleterre|grande bretagne|gra bretanha|gran bretagna|engeland|groot brittannie",
  US: "u.s.|u.s.a.|united states of america|the united states|america|ee.uu.|eeuu|ee uu|estados unidos de america|eua|etats unis d'amerique|vereinigte staaten von amerika|amerika|stati uniti d'america|verenigde staten van amerika",
  NL: "holland|the netherlands|holanda|hollande|olanda", CZ: "czech republic|republica checa|tschechische republik|republique tcheque|repubblica ceca|tsjechische republiek", KR: "korea|republic of korea|corea|korea, republic of",
  RU: "russian federation|federacion rusa|russische foderation", CN: "people's republic of china|pr china|china, people's republic of", TW: "taiwan, province of china", VN: "viet nam", TR: "turkey", CI: "ivory coast", MK: "macedonia|north macedonia, republic of",
  AE: "uae|u.a.e.|emirates", CD: "drc|democratic republic of the congo", CG: "republic of the congo", BO: "bolivia, plurinational state of", VE: "venezuela, bolivarian republic of", IR: "iran, islamic republic of", SY: "syrian arab republic",
  MD: "moldova, republic of", TZ: "tanzania, united republic of", LA: "lao people's democratic republic", VA: "vatican|holy see", IE: "republic of ireland|eire", CV: "cabo verde", SZ: "swaziland", MM: "burma", BA: "bosnia", DE: "bundesrepublik deutschland|brd", FR: "republique francaise",
};

/** A code that is still in use: the platform has a name for `UK` and `SU` too. */
const isCurrent = (code: string): boolean => new Intl.Locale(`und-${code}`).region === code && !NO_COUNTRY.has(code);
const NO_COUNTRY = new Set(["EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"]);

let codes: ReadonlyMap<string, string> | null = null;

function byName(): ReadonlyMap<string, string> {
  if (codes !== null) return codes;
  const current = A_TO_Z.flatMap((a) => A_TO_Z.map((b) => a + b)).filter((code) => countryCode(code) !== null && isCurrent(code));
  const names = LANGUAGES.flatMap((language) => {
    const known = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
    return current.map((code): [string, string] => [fold(known.of(code) ?? code), code]);
  });
  const also = Object.entries(ALSO).flatMap(([code, list]) => list.split("|").map((name): [string, string] => [name, code]));
  codes = new Map([...names, ...Array.from(ALPHA_3, ([three, two]): [string, string] => [three.toLowerCase(), two]), ...also, ...current.map((code): [string, string] => [code.toLowerCase(), code])]);
  return codes;
}

/** ISO 3166-1 alpha-2 of a country by code or name; null: none. */
export const countryOf = memo(2_000, (text: string): string | null => byName().get(fold(text)) ?? null);

const names = new Intl.DisplayNames("en", { type: "region" });
/** As tools write it that want no code. */
export const countryName = (code: string): string => (countryCode(code) === null ? code : (names.of(code) ?? code));

let tongues: ReadonlyMap<string, string> | null = null;

/** Also by the name that each language has for itself. */
function languages(): ReadonlyMap<string, string> {
  if (tongues !== null) return tongues;
  const known = LANGUAGES.map((language) => new Intl.DisplayNames(language, { type: "language", fallback: "none" }));
  const two = A_TO_Z.flatMap((a) => A_TO_Z.map((b) => (a + b).toLowerCase())).filter((code) => known[0]?.of(code) !== undefined);
  const own = (code: string) => new Intl.DisplayNames(code, { type: "language", fallback: "none" });
  tongues = new Map(two.flatMap((code) => [own(code), ...known].flatMap((one): [string, string][] => [[fold(one.of(code) ?? code), code]])));
  return tongues;
}

/** A BCP 47 tag of a language by tag (also `es_ES.UTF-8`) or name (`Spanish`, `English (US)`); what is neither stays as it is. */
export function languageOf(text: string): string {
  const given = text.trim();
  if (/^[a-z]{2,3}(?:[-_][a-z0-9]+)*(?:\.[\w-]+)?$/i.test(given)) return given.replace(/\..*$/, "").replaceAll("_", "-");
  return languages().get(fold(given)) ?? languages().get(fold(given.replace(/\s*\(.*\)$/, ""))) ?? given;
}
