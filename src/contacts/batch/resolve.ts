// Which contacts the operations of a batch are of: all of them found in two reads, whatever their number.
import type { Registry } from "../../fields/registry";
import type { DataCtx } from "../../platform/context";
import { Problem } from "../../platform/problem";
import { invalid, notFound, within } from "../../platform/problems";
import { checkBody } from "../../platform/validate";
import type { Kept } from "../changes";
import { kept } from "../contacts";
import { identitiesOf, type Identity } from "../indexes";
import { chosen, matchKeyOf, soughtIn, unfitMatch, type MatchKey, type Sought } from "../match";
import type { ContactPatch } from "../schema";
import * as store from "../store";
import { operation, type Operation } from "./schema";
import type { Task } from "./work";

export interface Resolved {
  readonly tasks: readonly Task[];
  /** What could not be read or found, by index. */
  readonly refused: ReadonlyMap<number, Problem>;
  readonly holders: readonly store.Holder[];
  /** Contacts that may not be changed now. */
  readonly restricted: ReadonlySet<string>;
}

interface Wanted {
  readonly index: number;
  readonly operation: Operation;
  /** In turn: the first that finds one. */
  readonly sought: readonly Sought[];
}

const MAX_HOLDERS = 20_000;

export async function resolve(ctx: DataCtx, registry: Registry, sent: readonly unknown[]): Promise<Resolved> {
  const refused = new Map<number, Problem>();
  const wanted = sent.flatMap((one, index): Wanted[] => attempt(index, () => [wantedOf(ctx, registry, index, one)]) ?? []);
  function attempt<T>(index: number, make: () => T): T | null {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused.set(index, error);
      return null;
    }
  }

  const holders = await store.readHolders(ctx, unique(wanted.flatMap(({ sought, operation: one }) => (sought.length > 0 && typeof one.match !== "object" ? sought.flatMap(({ identities }) => identities) : [...sought.flatMap(({ identities }) => identities), ...taken(ctx, registry, one)]))), MAX_HOLDERS);
  const byName = Map.groupBy(holders, ({ kind, value }) => `${kind}:${value}`);
  const found = new Map<number, string | null>();
  for (const { index, operation: { id }, sought } of wanted) {
    const match = attempt(index, () => id ?? firstOf(sought.map((one) => chosen(one, one.identities.flatMap(({ kind, value }) => byName.get(`${kind}:${value}`) ?? [])))));
    if (!refused.has(index)) found.set(index, match);
  }
  const ids = [...new Set([...found.values()].filter((id) => id !== null))];
  const there = ids.length === 0 ? { rows: [], restricted: new Set<string>() } : await store.readChangeable(ctx, ids);
  const rows = new Map(there.rows.map((row): [string, Kept] => [row.id, kept(row)]));
  // What a contact that comes back has may have been taken meanwhile.
  const restoring = wanted.flatMap(({ index, operation: { op } }) => (op === "restore" ? (rows.get(found.get(index) ?? "")?.doc ?? []) : []));
  const more = restoring.length === 0 ? [] : await store.readHolders(ctx, unique(restoring.flatMap((doc) => identitiesOf(doc, registry.fields))), MAX_HOLDERS);
  const tasks = wanted.flatMap(({ index, operation: { op, id, if_version, data = {} } }): Task[] => {
    if (!found.has(index)) return [];
    const contact = rows.get(found.get(index) ?? "") ?? null;
    if (contact === null && id !== undefined) refused.set(index, notFound("No such contact."));
    return contact === null && id !== undefined ? [] : [{ index, op, contact, ifVersion: if_version, data }];
  });
  return { tasks, refused, holders: [...holders, ...more], restricted: there.restricted };
}

const firstOf = (ids: readonly (string | null)[]): string | null => ids.find((id) => id !== null) ?? null;

function unique(identities: readonly Identity[]): Identity[] {
  return [...new Map(identities.map((one) => [`${one.kind}:${one.value}`, one])).values()];
}

/** Throws 422. */
function wantedOf(ctx: DataCtx, registry: Registry, index: number, sent: unknown): Wanted {
  const read = checkBody(operation, sent);
  const { op, match, data = {} } = read;
  if (op === "create" || read.id !== undefined) return { index, operation: read, sought: [] };
  if (match === undefined) return { index, operation: read, sought: inTurn(ctx, registry, data) };
  const [name = "", value] = typeof match === "string" ? [match] : (Object.entries(match)[0] ?? []);
  const key = matchKeyOf(name);
  if (key === null) throw invalid([{ pointer: "/match", code: "invalid_match", message: "nothing to match by" }]);
  const unfit = unfitMatch(registry, key);
  if (unfit) throw invalid([{ pointer: "/match", ...unfit }]);
  return { index, operation: read, sought: [value === undefined ? within("/data", () => soughtIn(ctx, registry, key, data)) : within("/match", () => soughtIn(ctx, registry, key, bodyOf(key, value)))] };
}

/** The body that holds just the value to match by. */
function bodyOf(key: MatchKey, value: string | number): ContactPatch {
  if (key.kind === "email") return { emails: [String(value)] };
  if (key.kind === "phone") return { phones: [String(value)] };
  if (key.kind === "custom") return { custom: { [key.key]: value } };
  return key.kind === "external_id" ? { external_ids: { [key.system]: String(value) } } : {};
}

/** External ids, then e-mail addresses, then phones: those that the body has. */
function inTurn(ctx: DataCtx, registry: Registry, data: ContactPatch): Sought[] {
  const keys: MatchKey[] = [
    ...Object.entries(data.external_ids ?? {}).flatMap(([system, value]): MatchKey[] => (value === null ? [] : [{ kind: "external_id", system }])),
    ...(filled(data.emails) ? [{ kind: "email" as const }] : []),
    ...(filled(data.phones) ? [{ kind: "phone" as const }] : []),
  ];
  if (keys.length === 0) throw invalid([{ pointer: "/data", code: "match_value_missing", message: "nothing in it to match by" }]);
  return within("/data", () => keys.map((key) => soughtIn(ctx, registry, key, data)));
}

const filled = (sent: ContactPatch["emails"] | ContactPatch["phones"]): boolean => (sent ? ("length" in sent ? sent.length > 0 : (sent.add ?? []).length > 0) : false);

/** What an operation may take for its contact. */
function taken(ctx: DataCtx, registry: Registry, { data }: Operation): readonly Identity[] {
  if (!data) return [];
  try {
    return soughtIn(ctx, registry, null, data).identities;
  } catch (error) {
    // Its faults are told when it is carried out.
    if (error instanceof Problem) return [];
    throw error;
  }
}
