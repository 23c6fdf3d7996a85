// Operations on many contacts, one after the other in memory, as if each were a call of its own: what one releases the next
// may take. What fails, fails alone.
import type { Registry } from "../../fields/registry";
import type { DataCtx } from "../../platform/context";
import { Problem } from "../../platform/problem";
import { notFound, versionMismatch, within } from "../../platform/problems";
import type { Change, Kept } from "../changes";
import { checkFrozen } from "../frozen";
import { born, patched, removed, turned } from "../drafts";
import { identitiesOf, type Identity } from "../indexes";
import { contactExists, contactMerged, contactRestricted, restoreConflict, type ContactPatch } from "../schema";
import type { Holder } from "../store";
import { gained, refuseSuppressed } from "../suppressions";
import { duplicateInBatch, type Op } from "./schema";

/** An operation whose contact is known: null is a new one. */
export interface Task {
  readonly index: number;
  readonly op: Op;
  readonly contact: Kept | null;
  readonly ifVersion: number | undefined;
  readonly data: ContactPatch;
}

export type Action = "created" | "updated" | "unchanged" | "archived" | "restored" | "deleted";
export type Outcome = { readonly action: Action; readonly id: string; readonly version: number } | Problem;
type Labelled = Change & { readonly labels: ReadonlyMap<string, string> };

export interface Worked {
  readonly changes: readonly Labelled[];
  /** By the index of the task. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
}

const NONE: ReadonlySet<string> = new Set();
const nameOf = ({ kind, value }: Identity): string => `${kind}:${value}`;

export interface Barred {
  /** Contacts that may not be changed. */
  readonly restricted: ReadonlySet<string>;
  /** Addresses and phones that nobody may have, as `kind:value`. */
  readonly suppressed?: ReadonlySet<string>;
}

/** `holders`: who owns what the tasks may take. */
export function work(ctx: Pick<DataCtx, "now" | "actor" | "space">, registry: Registry, tasks: readonly Task[], holders: readonly Holder[], { restricted, suppressed = NONE }: Barred): Worked {
  const owners = new Map(holders.filter(({ kind }) => kind !== "phone").map((holder) => [nameOf(holder), holder.id]));
  const touched = new Map<string, number>();
  const takenAt = new Map<string, number>();
  const changes: Labelled[] = [];
  const outcomes = new Map<number, Outcome>();

  function carryOut(task: Task): Outcome {
    const { contact, index } = task;
    const first = contact === null ? undefined : touched.get(contact.row.id);
    if (first !== undefined) throw duplicateInBatch(`Operation ${first} is of the same contact.`, { first_index: first });
    const drafted = within("/data", () => draft(ctx, registry, task));
    if (drafted === null) return { action: "unchanged", id: contact?.row.id ?? "", version: contact?.row.version ?? 0 };
    const { change, action } = drafted;
    checkFrozen(registry.fields, change);
    if (action === "updated" && restricted.has(contact?.row.id ?? "")) throw contactRestricted("A privacy request restricts what is done with the contact.");
    refuseSuppressed(gained([change], registry.fields), suppressed);
    const id = change.after?.row.id ?? contact?.row.id ?? "";
    const had = contact && contact.row.archived_at === null ? owned(contact.doc) : [];
    const has = change.after && change.after.row.archived_at === null ? owned(change.after.doc) : [];
    for (const name of has) refuseTaken(name, id, action);
    for (const name of had) if (!has.includes(name)) owners.delete(name);
    for (const name of has) {
      if (owners.get(name) !== id) takenAt.set(name, index);
      owners.set(name, id);
    }
    touched.set(id, index);
    changes.push(change);
    return { action, id, version: change.after?.row.version ?? (contact?.row.version ?? 0) + 1 };
  }

  const owned = (doc: Kept["doc"]): string[] => identitiesOf(doc, registry.fields).filter(({ kind }) => kind !== "phone").map(nameOf);

  function refuseTaken(name: string, id: string, action: Action): void {
    const owner = owners.get(name);
    if (owner === undefined || owner === id) return;
    const first = takenAt.get(name);
    if (first !== undefined) throw duplicateInBatch(`Operation ${first} took the same identifier.`, { first_index: first });
    const [kind = "", ...value] = name.split(":");
    const refusal = action === "restored" ? restoreConflict : contactExists;
    throw refusal("Another live contact has one of its identifiers.", { existing_id: owner, matched_on: [{ kind, value: value.join(":") }] });
  }

  for (const task of tasks) {
    try {
      outcomes.set(task.index, carryOut(task));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      outcomes.set(task.index, error);
    }
  }
  return { changes, outcomes };
}

/** What an operation makes of its contact; null: nothing. Throws what it can't be. */
function draft(ctx: Pick<DataCtx, "now" | "actor" | "space">, registry: Registry, { op, contact, ifVersion, data }: Task): { change: Labelled; action: Action } | null {
  if (contact === null) {
    if (op !== "create" && op !== "upsert") throw notFound("No such contact.");
    return { change: born(ctx, registry, data), action: "created" };
  }
  const { row } = contact;
  if (row.merged_into !== null) throw contactMerged("The contact was merged into another one.", { merged_into: row.merged_into });
  if (ifVersion !== undefined && ifVersion !== row.version) throw versionMismatch(`It is at version ${row.version} now.`, { current_version: row.version });
  if (op === "delete") return { change: { ...removed(ctx, contact), labels: new Map() }, action: "deleted" };
  if (op === "archive" || op === "restore") {
    const change = turned(ctx, contact, op === "archive" ? "archived" : "active");
    return change && { change, action: op === "archive" ? "archived" : "restored" };
  }
  const change = patched(ctx, registry, contact, patchOf(op, data), op === "upsert" ? "add" : "replace");
  return change && { change, action: "updated" };
}

function patchOf(op: Op, data: ContactPatch): ContactPatch {
  if (op !== "tag" && op !== "untag") return data;
  const tags = Array.isArray(data.tags) ? data.tags : [];
  return { tags: op === "tag" ? { add: tags } : { remove: tags } };
}
