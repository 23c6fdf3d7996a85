// Birthdays as vCards write them: with and without dashes, a time, a year.
import { param, type Property } from "./line";
import type { View } from "./view";

export const birthdayOf = (view: View): string | undefined => view.read("BDAY", dateOf)[0];

/** Null for what is no day (a year alone, a text). A date in some other form stays as it is, to be refused by name. */
function dateOf(property: Property): string | null {
  const value = property.value.trim();
  if (param(property, "VALUE")?.toLowerCase() === "text" || /^\d{4}(?:-\d{2})?$/.test(value) || /^-+\d{2}$/.test(value)) return null;
  const [, year, month, day] = /^(\d{4}|--)-?(\d{2})-?(\d{2})(?:[T ].*)?$/.exec(value) ?? [];
  if (year === undefined) return value.slice(0, 40);
  return year === "--" || year === param(property, "X-APPLE-OMIT-YEAR") ? `--${month}-${day}` : `${year}-${month}-${day}`;
}
