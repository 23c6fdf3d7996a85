// What holds of a channel and topic, by all that the ledger says of it: the latest word of the person, which imports and
// merges can only restrict. Pure.

/** From the least restrictive to the most. */
export const STATES = ["subscribed", "pending", "never", "unsubscribed"] as const;
export type State = (typeof STATES)[number];

const known = new Set<string>(STATES);
export const isState = (text: string | undefined): text is State => text !== undefined && known.has(text);

/** When a state was last recorded; `passive`: by an import or a merge. */
export interface Mark {
  readonly passive: boolean;
  readonly state: State;
  readonly at: number;
}

const rank = (state: State): number => STATES.indexOf(state);

export const mostRestrictive = (states: readonly State[]): State | null => states.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;

/** Of one time the more restrictive counts as the later. */
const isAfter = (one: Mark, other: Mark): boolean => one.at > other.at || (one.at === other.at && rank(one.state) > rank(other.state));

/** Null: nothing is known. */
export function effective(marks: readonly Mark[]): State | null {
  const word = marks.filter(({ passive }) => !passive).reduce<Mark | null>((last, mark) => (last === null || isAfter(mark, last) ? mark : last), null);
  const restricting = marks.filter((mark) => mark.passive && (word === null || isAfter(mark, word)));
  return mostRestrictive([...(word ? [word] : []), ...restricting].map(({ state }) => state));
}
