// Cells that a spreadsheet would run as a formula: how they are written so that it doesn't, and how they are read back.

/** Whose eyes a file is for. `machine`: a number or an international phone number stays as it is. */
export type Reader = "human" | "machine";

const DANGEROUS = /^'*[=+\-@\t\r]/;
const SAFE = /^(?:\+\d{6,15}|-?\d+(?:\.\d+)?)$/;

/** Such a cell gets a `'` before it, also one that begins with `'` already: so `unescaped` gives back what was there. */
export const escaped = (cell: string, reader: Reader): string => (DANGEROUS.test(cell) && !(reader === "machine" && SAFE.test(cell)) ? `'${cell}` : cell);

export const unescaped = (cell: string): string => (cell.charCodeAt(0) === APOSTROPHE && DANGEROUS.test(cell) ? cell.slice(1) : cell);
const APOSTROPHE = 0x27;
