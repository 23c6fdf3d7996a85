// When an unused key is warned of and deleted, as arithmetic: 15, 7 and 1 day before 90 days without a use; late runs
// tell the nearest only, and nothing is deleted whose last warning is younger than a day.
import { DAY } from "../platform/clock";

export const INACTIVE_MS = 90 * DAY;

/** Days before the end at which a notice is due, from the first to the last. */
export const NOTICES = [15, 7, 1] as const;
export type Days = (typeof NOTICES)[number];

const LAST: Days = 1;
const atOf = (since: number, days: Days): number => since + INACTIVE_MS - days * DAY;

/** When upkeep looks at a key first that was used, claimed or made at `since`. */
export const firstDue = (since: number): number => atOf(since, NOTICES[0]);

export type Step =
  | { readonly kind: "wait"; readonly until: number }
  | { readonly kind: "notice"; readonly days: Days; readonly until: number }
  | { readonly kind: "delete" };

/**
 * What is to be done at `now` for a key idle since `since`; `sent` tells when each notice of this period was sent. A
 * notice's `until` is when to look again.
 */
export function nextStep(since: number, sent: ReadonlyMap<number, number>, now: number): Step {
  const end = since + INACTIVE_MS;
  const lastSent = sent.get(LAST);
  if (now >= end && lastSent !== undefined && now >= lastSent + DAY) return { kind: "delete" };
  const days = NOTICES.findLast((one) => now >= atOf(since, one));
  if (days === undefined) return { kind: "wait", until: firstDue(since) };
  const until = days === LAST ? Math.max(end, (lastSent ?? now) + DAY) : atOf(since, NOTICES[NOTICES.indexOf(days) + 1] ?? LAST);
  return sent.has(days) ? { kind: "wait", until } : { kind: "notice", days, until };
}
