// Lines of a vCard as they are written: folded at 75 octets, no character cut in two (RFC 6350, 3.2).

const MAX_OCTETS = 75;

export function folded(line: string): string {
  if (line.length <= MAX_OCTETS && /^[\x20-\x7e]*$/.test(line)) return `${line}\r\n`;
  let [result, start, octets] = ["", 0, 0];
  for (let at = 0; at < line.length; ) {
    const code = line.codePointAt(at) ?? 0;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (octets + size > MAX_OCTETS) {
      result += `${line.slice(start, at)}\r\n `;
      // The space counts.
      [start, octets] = [at, 1];
    }
    octets += size;
    at += size === 4 ? 2 : 1;
  }
  return `${result}${line.slice(start)}\r\n`;
}
