// Until when a request must be answered, by its regulation. Pure.
import { DAY } from "../platform/clock";

export const REGULATIONS = ["gdpr", "ccpa", "other"] as const;
export type Regulation = (typeof REGULATIONS)[number];

/** From receipt, and how much longer where that was told with its reason: GDPR, article 12 (3); CCPA, 1798.130 (a)(2). */
const TERMS: Record<Regulation, readonly [first: Term, extended: Term]> = {
  gdpr: [{ months: 1 }, { months: 3 }],
  ccpa: [{ days: 45 }, { days: 90 }],
  other: [{ days: 30 }, { days: 60 }],
};
type Term = { readonly months: number } | { readonly days: number };

export const dueAt = (regulation: Regulation, receivedAt: number, extended: boolean): number => after(receivedAt, TERMS[regulation][extended ? 1 : 0]);

/** A month ends on the day of its beginning, or on its last day where it has no such day. */
function after(ms: number, term: Term): number {
  if ("days" in term) return ms + term.days * DAY;
  const from = new Date(ms);
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + term.months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(from.getUTCDate(), lastDay)) + (ms - Date.UTC(year, from.getUTCMonth(), from.getUTCDate()));
}
