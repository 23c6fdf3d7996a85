// What a notice says, by the type of its event: one table.
import * as z from "zod";

/** What the events of keys and requests tell. */
const facts = z.looseObject({
  name: z.string().optional(),
  last4: z.string().optional(),
  days_left: z.number().optional(),
  inactive_delete_at: z.string().optional(),
  expires_at: z.string().optional(),
  retires_at: z.string().optional(),
  where: z.string().optional(),
  revoked: z.boolean().optional(),
  percent: z.number().optional(),
  hour: z.number().optional(),
  operations: z.array(z.string()).optional(),
  reason: z.string().nullable().optional(),
});
type Facts = z.output<typeof facts>;

interface Words {
  readonly title: string;
  readonly detail: string;
}

const key = ({ name, last4 }: Facts): string => `${name === undefined ? "A key" : `“${name}”`}${last4 === undefined ? "" : ` (••••${last4})`}`;
const days = ({ days_left: left = 0 }: Facts): string => `${left} ${left === 1 ? "day" : "days"}`;

const WORDS: Readonly<Record<string, (of: Facts) => Words>> = {
  "key.expiring": (of) =>
    of.reason === "fixed_end"
      ? { title: `${key(of)} ends within ${days(of)}`, detail: `It works until ${of.expires_at}. Make a new one in time.` }
      : { title: `${key(of)} is deleted in ${days(of)} if it stays unused`, detail: `Nobody has used it for long. Any request with it before ${of.inactive_delete_at} keeps it; else revoke it now.` },
  "key.deleted": (of) => ({ title: `${key(of)} was deleted`, detail: "It was unused for 90 days." }),
  "key.expired": (of) => ({ title: `${key(of)} has expired`, detail: `Its fixed end was ${of.expires_at}.` }),
  "key.leaked": (of) =>
    of.revoked
      ? { title: `${key(of)} leaked and was revoked`, detail: "Somebody found it and reported it. No request with it passes since. Make a new key, and find out where it was." }
      : { title: `An old secret of ${key(of)} was found`, detail: "It no longer worked, so nothing was revoked. Find out where it was." },
  "key.exposed": (of) => ({
    title: `${key(of)} was seen in ${of.where === "url" ? "a URL" : "a browser"}`,
    detail: `The request was refused. Others can read ${of.where === "url" ? "URLs in logs and histories" : "what a page sends"}: rotate the key.`,
  }),
  "key.limit_near": (of) => ({
    title: of.percent === 100 ? `${key(of)} has used up its hour` : `${key(of)} has used 80 % of its hour`,
    detail: `Its quota is ${of.hour} requests an hour. Spread calls, send many changes in one, or change the plan.`,
  }),
  "key.secret_retiring": (of) => ({ title: `The old secret of ${key(of)} is still in use`, detail: `It works until ${of.retires_at}, and was used within the last day.` }),
  "key.deprecated_use": (of) => ({ title: `${key(of)} calls what is deprecated`, detail: `${(of.operations ?? []).join(", ")}: see the changelog for what takes its place.` }),
  "key.claimed": (of) => ({ title: `${key(of)} was handed over`, detail: "Its secret was claimed with the link of its request." }),
  "integration.updated": (of) => ({ title: `${key(of)}: its sandbox key or public key was changed`, detail: "Keys that are approved from now on go by that. If it was none of you, retire the integration." }),
  "member.joined": (of) => ({ title: `${of.name ?? "Somebody"} has joined`, detail: "Their invitation was accepted." }),
  "access_request.created": (of) => ({ title: `${key(of)}: a live key is asked for`, detail: of.reason ?? "Approve or deny it." }),
  "access_request.approved": (of) => ({ title: `${key(of)}: your request was approved`, detail: "Pass the claim link on; it works once, for 72 hours." }),
  "access_request.denied": (of) => ({ title: `${key(of)}: your request was denied`, detail: of.reason ?? "" }),
  "access_request.expired": (of) => ({ title: `${key(of)}: the request has expired`, detail: "Nobody decided within 30 days, or nobody used the claim link within 72 hours." }),
  "access_request.reissued": (of) => ({ title: `${key(of)}: handed over anew`, detail: "What was handed over before works no more; there is a new claim link." }),
  "access_request.claimed": (of) => ({ title: `${key(of)}: the secret was claimed`, detail: "Test the connection with GET /v1/ping." }),
  "access_request.connected": (of) => ({ title: `${key(of)}: connected`, detail: "Its connection test succeeded." }),
};

/** What to say of an event. */
export function wordsOf(type: string, data: unknown): Words {
  const known = WORDS[type];
  const of = facts.safeParse(data ?? {});
  return known && of.success ? known(of.data) : { title: type, detail: "" };
}

const PATHS: Readonly<Record<string, string>> = { key: "/v1/keys/", req: "/v1/access-requests/", app: "/v1/integrations/", mem: "/v1/members/" };

/** The path of what a notice is about. */
export function linkTo(subject: string): string | null {
  const path = PATHS[subject.slice(0, 3)];
  return path === undefined ? null : path + subject;
}
