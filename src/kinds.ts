// Every kind of job there is, one list: what it does not name is not carried out.
import type { AnyKind } from "./jobs/kind";

export const kinds: readonly AnyKind[] = [];
