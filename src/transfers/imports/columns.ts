// What the columns of an import's file are taken for: as the tool's header says, else as they look; as whoever imports says.
import * as fieldsOf from "../../fields/fields";
import { fieldInput } from "../../fields/schema";
import { registryOf } from "../../fields/registry";
import type { DataCtx, SpaceCtx } from "../../platform/context";
import { pointerTo } from "../../platform/json";
import { faultsIn, fieldKey, unmapped } from "../columns/mapping";
import { cellOf, foreign } from "../columns/own";
import { suggested } from "../columns/suggested";
import type { Taken, Sent } from "./intake";
import { isCells } from "./mapper";
import { fileOf, mappingOf, settingsOf, type KeptFile } from "./render";
import { mappingInvalid, type Mapping } from "./schema";
import type { ImportRow } from "./store";

/** Samples of a column, and characters of each. */
const SAMPLES = 3;
const MAX_SAMPLE = 100;
const MAX_CELL = 1_000;

/** All that is known of a file that was taken in. */
export async function analysed(ctx: DataCtx, sent: Sent & { readonly uploaded_at: number }, { reading, facts, rows, sample }: Taken): Promise<KeptFile> {
  const { fields } = await registryOf(ctx, true);
  // A contact's own members say what they are.
  const names = facts.format === "csv" || facts.format === "tsv" ? facts.columns : foreign(facts.columns);
  const cells = sample.map(({ source }) => (isCells(source) ? source : names.map((name) => cellOf(source[name]) ?? "")));
  const { preset, columns, date_order } = suggested(names, cells, fields, ctx.space.defaultCountry);
  return {
    ...facts, columns: columns.map((one, i) => ({
      ...one,
      samples: [...new Set(cells.map((row) => (row[i] ?? "").slice(0, MAX_SAMPLE)).filter((cell) => cell.trim() !== ""))].slice(0, SAMPLES),
    })),
    bytes: sent.bytes, sha256: sent.sha256, uploaded_at: sent.uploaded_at, reading, rows, preset, date_order, twin: null,
    sample: sample.map(({ source }) => (isCells(source) ? source.map((cell) => cell.slice(0, MAX_CELL)) : source)),
  };
}

/** The mapping that an upload begins with. What nobody knows is not in it. */
export const understood = ({ columns }: KeptFile): Mapping => Object.fromEntries(columns.flatMap(({ column, target, confidence }) => (target === null && confidence === 0 ? [] : [[column, target]])));

/** Throws `mapping_invalid` (422) with what is wrong with the columns that were sent. */
export async function checkMapping(ctx: DataCtx, file: KeptFile, mapping: Mapping, sent: Mapping, settings: Pick<ReturnType<typeof settingsOf>, "unknown_columns">): Promise<Mapping> {
  const { fields } = await registryOf(ctx, true);
  const columns = file.columns.length === 0 ? null : file.columns.map(({ column }) => column);
  const faults = faultsIn(mapping, columns, { fields, unknown_columns: settings.unknown_columns }).filter(({ column }) => Object.hasOwn(sent, column));
  if (faults.length > 0) throw refusal(faults);
  return mapping;
}

const refusal = (faults: readonly { column: string; code: string; message: string }[]) =>
  mappingInvalid(`${faults.length} ${faults.length === 1 ? "column" : "columns"} can't be used as mapped.`, { errors: faults.map(({ column, code, message }) => ({ pointer: pointerTo("/mapping", column), code, message })) });

/** What `errors.csv` adds to a row is no column of a file that is uploaded again. */
const OWN = new Set(["_row", "_column", "_code", "_message"]);

/** Whether rows can be taken in as it stands. Throws `mapping_invalid` (422). */
export async function checkComplete(ctx: DataCtx, row: ImportRow, file: KeptFile): Promise<void> {
  const mapping = mappingOf(row) ?? {};
  const settings = settingsOf(row);
  const { fields } = await registryOf(ctx, true);
  const columns = file.columns.map(({ column }) => column);
  const faults = faultsIn(mapping, null, { fields, unknown_columns: settings.unknown_columns });
  const unknown = settings.unknown_columns === "error" ? unmapped(columns, mapping).filter((column) => !OWN.has(column)).map((column) => ({ column, code: "unknown_column", message: "no target says what it is" })) : [];
  if (faults.length + unknown.length > 0) throw refusal([...faults, ...unknown]);
  const tells = file.format === "vcard" || file.format === "json" || file.format === "ndjson" || Object.values(mapping).some((target) => target !== null);
  if (!tells) throw mappingInvalid("No column is mapped to anything.", { errors: [] });
}

/** Makes custom fields of the columns that nobody knows, where that was asked for; those that are there are taken as they are. */
export async function adoptColumns(ctx: SpaceCtx, row: ImportRow): Promise<void> {
  const file = fileOf(row);
  if (file === null || settingsOf(row).unknown_columns !== "custom_field") return;
  const columns = file.columns.map(({ column }) => column);
  const unknown = unmapped(columns, mappingOf(row) ?? {}).filter((column) => !OWN.has(column));
  const { fields } = await registryOf(ctx, true);
  const wanted = new Map(unknown.flatMap((column): [string, string][] => (fieldKey(column) === null ? [] : [[fieldKey(column) ?? "", column]])));
  for (const [key, label] of wanted) {
    if (!fields.has(key)) await fieldsOf.create({ ...ctx, idempotency: null, ifMatch: null, dryRun: false }, fieldInput.parse({ key, label: label.trim().slice(0, 100) || key, type: "text" }));
  }
}
