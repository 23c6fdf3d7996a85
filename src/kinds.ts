// Every kind of job there is, one list: what it does not name is not carried out.
import { bulkKind } from "./contacts/bulk/bulk";
import { conversionKind } from "./contacts/conversions/kind";
import { fieldRemoval, listRemoval, tagRemoval } from "./contacts/removals/removals";
import { exportKind } from "./transfers/exports/kind";
import { runKind, undoKind, validateKind } from "./transfers/imports/kinds";
import type { AnyKind } from "./jobs/kind";

export const kinds: readonly AnyKind[] = [bulkKind, tagRemoval, listRemoval, fieldRemoval, conversionKind, validateKind, runKind, undoKind, exportKind];
