// Remembers what a pure function of a text answered, up to a bound: for what every request of a client asks again.

const MAX_LENGTH = 1_000;

/** `make`, asked once per text while it is remembered; the oldest go first. Long texts and what is null aren't kept. */
export function memo<T>(max: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make(text);
    if (made === null || text.length > MAX_LENGTH) return made;
    if (known.size >= max) for (const oldest of known.keys()) if (known.delete(oldest)) break;
    known.set(text, made);
    return made;
  };
}
