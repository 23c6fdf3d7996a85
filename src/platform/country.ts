// Countries: what an ISO 3166-1 alpha-2 code is, by what the platform has a name for.

/** ISO 3166-1 alpha-2, upper-cased; null for what is none. */
export function countryCode(value: string): string | null {
  const code = value.trim().toUpperCase();
  return /^[A-Z]{2}$/.test(code) && (regions.of(code) ?? code) !== code ? code : null;
}
const regions = new Intl.DisplayNames("en", { type: "region", fallback: "code" });
