// What became of rows, in the words of the account that is kept of them. Pure.
import type { Problem } from "../../platform/problem";
import type { Outcome } from "./rows";
import type { ErrorRow, OutcomeRow } from "./store";

/** A fault of a row, of a cell where `column` is known. */
export interface CellFault {
  readonly column: string | null;
  readonly code: string;
  readonly value: string | null;
  readonly message: string;
}

/** The column that a JSON pointer of a row's data comes from, and what stood there. */
export type Origin = (pointer: string) => { readonly column: string; readonly value: string } | null;

const MAX_VALUE = 200;
const MAX_FAULTS = 20;

/** The faults that a problem tells of, each by its column. */
export function faultsOf(problem: Problem, originOf: Origin): CellFault[] {
  const { errors } = problem.extras;
  if (!Array.isArray(errors) || errors.length === 0) return [{ column: null, code: problem.code, value: null, message: problem.message }];
  return errors.slice(0, MAX_FAULTS).map((error: unknown): CellFault => {
    const { pointer, code, message } = faultIn(error);
    const from = originOf(pointer);
    return { column: from?.column ?? null, code, value: from?.value ?? null, message };
  });
}

function faultIn(error: unknown): { pointer: string; code: string; message: string } {
  const of = (name: string): string => {
    const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
    return typeof value === "string" ? value : "";
  };
  return { pointer: of("pointer"), code: of("code") || "invalid", message: of("message") };
}

export const errorRows = (row: number, faults: readonly CellFault[]): ErrorRow[] =>
  faults.slice(0, MAX_FAULTS).map(({ column, code, value, message }): ErrorRow => [row, column, code, value === null ? null : value.slice(0, MAX_VALUE), message]);

/** Of a failed row only its errors tell. */
export function outcomeRow(row: number, outcome: Outcome): OutcomeRow {
  if (outcome.action === "failed") return [row, "failed", null, null];
  if (outcome.action === "skipped") return [row, `skipped:${outcome.code}`, outcome.contact, null];
  return [row, outcome.action, outcome.contact, outcome.version];
}
