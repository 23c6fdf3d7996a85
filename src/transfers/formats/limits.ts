// How much of a file is taken, and how much of it is held at one time: whatever its size, no more than these.

export const MAX_UNPACKED_BYTES = 500_000_000;
export const MAX_RECORD_CHARS = 1_000_000;
export const MAX_COLUMNS = 1_000;
/** What encoding, delimiter and format are found out from. */
export const HEAD_BYTES = 256 * 1_024;
export const PIECE_BYTES = 64 * 1_024;
/** A piece of gzip is a thousand times as large at most when it is unpacked, and that is held. */
export const PACKED_PIECE_BYTES = 4 * 1_024;
export const ROWS_PER_SET = 500;
