// A mapping as it goes over the wire: the name of a column with its target, null for a column that is left out.
import type { Rules } from "./draft";
import { isSingle, targetOf } from "./targets";

export type Mapping = Readonly<Record<string, string | null>>;

export interface MappingFault {
  readonly column: string;
  readonly code: "unknown_target" | "unknown_field" | "target_taken" | "unknown_column";
  readonly message: string;
}

/** Everything that is wrong with a mapping, before any row is read. `columns`: of the file; null where not all are known. */
export function faultsIn(mapping: Mapping, columns: readonly string[] | null, { fields, unknown_columns }: Pick<Rules, "fields" | "unknown_columns">): MappingFault[] {
  const taken = new Map<string, string>();
  const faults: MappingFault[] = [];
  for (const [column, name] of Object.entries(mapping)) {
    const target = name === null ? null : targetOf(name);
    const add = (code: MappingFault["code"], message: string): void => void faults.push({ column, code, message });
    if (columns !== null && !columns.includes(column)) add("unknown_column", "the file has no such column");
    if (name === null) continue;
    if (target === null) add("unknown_target", `\`${name}\` is nothing that a column can be mapped to`);
    else if (target.to === "custom" && unknown_columns !== "custom_field" && !fields.has(target.key)) add("unknown_field", "no such custom field");
    else if (isSingle(target) && taken.has(name)) add("target_taken", `\`${taken.get(name)}\` is mapped to it already`);
    taken.set(name, column);
  }
  return faults;
}

/** The file's columns that a mapping says nothing of. */
export const unmapped = (columns: readonly string[], mapping: Mapping): string[] => columns.filter((column) => !Object.hasOwn(mapping, column));

/** The key of the custom field that an unknown column would become; null: none can be made of it. */
export function fieldKey(column: string): string | null {
  const plain = column.normalize("NFKD").replaceAll(/\p{M}+/gu, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "");
  const key = (/^[a-z]/.test(plain) ? plain : `c_${plain}`).slice(0, 50).replace(/_+$/, "");
  return plain === "" ? null : key;
}
