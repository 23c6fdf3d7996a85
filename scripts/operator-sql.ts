// What the operator changes of an organization or a key, as SQL: the change, the epochs that it raises, the gates to be told
// and its event, with all values in it. Run as one transaction; a change made meanwhile by somebody else breaks it off.
import * as z from "zod";
import { PLANS, overrides } from "../src/limits/plans";
import { raiseKeys, raiseOrganization } from "../src/limits/store";
import { append, diff, type EventDraft } from "../src/platform/events";
import { idPattern, newRequestId } from "../src/platform/id";
import { sameJson } from "../src/platform/json";
import { control, type Param, type Statement } from "../src/platform/sql";

const quota = z.string().regex(/^\d+$/, "a whole number").transform(Number).pipe(z.int().min(1).max(1_000_000)).optional();
const quotas = { hour: quota, second: quota, burst: quota, inflight: quota };
const contract = { ...quotas, "no-contract": z.boolean().optional() };

/** What the command line says, after the place to do it. */
export const command = z.discriminatedUnion("of", [
  z.strictObject({
    of: z.literal("organization"),
    id: z.string().regex(idPattern("organization"), "an organization id"),
    plan: z.enum(PLANS).optional(),
    keys: quota,
    "grant-api": z.boolean().optional(),
    "withdraw-api": z.boolean().optional(),
    ...contract,
  }),
  z.strictObject({ of: z.literal("key"), id: z.string().regex(idPattern("key"), "a key id"), ...contract }),
]);
export type Command = z.output<typeof command>;

const organizationRow = z.object({
  id: z.string(), plan: z.enum(PLANS), limits: z.string().nullable(), api_enabled: z.number(), api_granted: z.number(), version: z.number(),
});
const keyRow = z.object({
  id: z.string(), org_id: z.string(), contract: z.string().nullable(), status: z.enum(["unclaimed", "active", "paused"], "a key that has ended is changed no more"),
  environment: z.enum(["live", "sandbox"]), location_id: z.string().nullable(), version: z.number(),
});

/** Reads what is to be changed. */
export const reading = ({ of, id }: Command): string => `SELECT * FROM ${of === "key" ? "keys" : "organizations"} WHERE id = ${literal(id)}`;

export interface Operation {
  readonly changes: EventDraft["changes"];
  /** In this order, in one transaction. */
  readonly statements: readonly string[];
}

/** What makes the row that was read what is wanted; null: it is. */
export function operation(wanted: Command, row: unknown, now: number): Operation | null {
  return wanted.of === "key" ? ofKey(wanted, keyRow.parse(row), now) : ofOrganization(wanted, organizationRow.parse(row), now);
}

function ofOrganization(wanted: Command & { of: "organization" }, before: z.output<typeof organizationRow>, now: number): Operation | null {
  const plan = wanted.plan ?? before.plan;
  const granted = wanted["grant-api"] ? true : wanted["withdraw-api"] ? false : before.api_granted === 1;
  const limits = agreed(wanted, before.limits, { keys: wanted.keys });
  if (plan !== "enterprise" && limits && !sameJson(limits, parsed(before.limits))) throw new Error("An organization has numbers of its own on the enterprise plan only.");
  // A plan that does not have the API takes it along.
  const enabled = before.api_enabled === 1 && (plan !== "standard" || granted);
  const changes = diff(
    { plan: before.plan, limits: parsed(before.limits), api_granted: before.api_granted === 1, api_enabled: before.api_enabled === 1 },
    { plan, limits, api_granted: granted, api_enabled: enabled },
    sameJson,
  );
  const update = control(
    "UPDATE organizations SET plan = ?, limits = ?, api_granted = ?, api_enabled = ?, version = version + 1, updated_at = ? WHERE id = ?",
    plan, text(limits), granted ? 1 : 0, enabled ? 1 : 0, now, before.id,
  );
  const event = { type: "organization.updated", subject: before.id, version: before.version + 1, changes };
  return done("organizations", before, before.id, [update, ...raiseOrganization(before.id, now)], event, now);
}

function ofKey(wanted: Command & { of: "key" }, before: z.output<typeof keyRow>, now: number): Operation | null {
  const after = agreed(wanted, before.contract, {});
  const changes = diff({ contract: parsed(before.contract) }, { contract: after }, sameJson);
  const update = control("UPDATE keys SET contract = ?, version = version + 1, updated_at = ? WHERE id = ?", text(after), now, before.id);
  const event = { type: "key.updated", subject: before.id, version: before.version + 1, environment: before.environment, location: before.location_id, changes };
  return done("keys", before, before.org_id, [update, ...raiseKeys([before.id], now)], event, now);
}

/** The contract after the command: what it names replaces, what it does not stays. */
function agreed({ hour, second, burst, inflight, "no-contract": none }: Command, before: string | null, more: { keys?: number | undefined }) {
  const given = Object.entries({ hour, second, burst, inflight, ...more }).filter(([, value]) => value !== undefined);
  const all = overrides.parse({ ...(none ? {} : parsed(before)), ...Object.fromEntries(given) });
  return Object.keys(all).length === 0 ? null : all;
}

const parsed = (json: string | null): z.output<typeof overrides> | null => (json === null ? null : overrides.parse(JSON.parse(json)));
const text = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

function done(table: string, { id, version }: { id: string; version: number }, org: string, writes: Statement<"control">[], event: EventDraft, now: number): Operation | null {
  const { changes = {} } = event;
  if (Object.keys(changes).length === 0) return null;
  const guard = control(`INSERT INTO guard (name, holds) SELECT 'guard', coalesce((SELECT version = ? FROM ${table} WHERE id = ?), 0)`, version, id);
  const log = append({ now, trueNow: now, requestId: newRequestId(), ip: null }, "control", { org, actor: { type: "system", id: "operator" } }, [event]);
  return { changes, statements: [guard, ...writes, ...log.statements].map(inlined) };
}

/** `wrangler d1 execute` takes no parameters. No statement of ours has a question mark that is none. */
function inlined({ sql, params }: Statement<"control">): string {
  let next = 0;
  return sql.replaceAll(/\s+/g, " ").replaceAll(/\?(\d*)/g, (_, at: string) => literal(params[at === "" ? next++ : Number(at) - 1] ?? null));
}

const literal = (value: Param): string => (value === null ? "NULL" : typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`);
