// What is measured: each operation as the product is asked for it, and as its floor is.
import type { Call } from "./load";
import type { Place } from "./world";

export interface Route {
  readonly name: string;
  readonly ours: () => Call;
  readonly floor: () => Call;
}

export const getOf = (place: Place): (() => Call) => reading(place, (i) => `/v1/contacts/${pick(place.ids, i)}`);
export const listOf = (place: Place): (() => Call) => reading(place, () => "/v1/contacts?limit=50");
export const byEmailOf = (place: Place): (() => Call) => reading(place, (i) => `/v1/contacts?email=${encodeURIComponent(pick(place.emails, i))}`);

/** Ping has no work in a database, so its floor is what one read of one costs. */
export function routesOf(place: Place): Route[] {
  const floorGet = reading(place, (i) => `/floor/contacts/${pick(place.ids, i)}`);
  const created = counter();
  const changed = counter();
  return [
    { name: "get", ours: getOf(place), floor: floorGet },
    { name: "list 50", ours: listOf(place), floor: reading(place, () => "/floor/contacts?limit=50") },
    {
      name: "create",
      ours: () => writing(place, "POST", "/v1/contacts", sent(created())),
      floor: () => writing(place, "POST", "/floor/contacts", stored(created())),
    },
    {
      name: "patch",
      ours: () => patching(place, "/v1/contacts", changed()),
      floor: () => patching(place, "/floor/contacts", changed()),
    },
    { name: "ping", ours: reading(place, () => "/v1/ping"), floor: floorGet },
  ];
}

function counter(): () => number {
  let last = 0;
  return () => (last += 1);
}

const pick = (from: readonly string[], i: number): string => from[i % from.length] ?? "";

export function reading({ key }: Place, path: (i: number) => string): () => Call {
  const next = counter();
  // A stride, so that neighbours in time aren't neighbours on a page.
  return () => ({ method: "GET", path: path(next() * 7), headers: { Authorization: `Bearer ${key}` } });
}

/** The same search each time. */
export function searching(place: Place, body: object): () => Call {
  const call = writing(place, "POST", "/v1/contacts/search", body);
  return () => call;
}

const writing = ({ key }: Place, method: "POST" | "PATCH", path: string, body: unknown): Call => {
  const text = JSON.stringify(body);
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(text)) };
  return { method, path, headers, body: text };
};

/** Over all contacts in turn, so that no two connections change the same one at once. */
const patching = (place: Place, path: string, i: number): Call =>
  writing(place, "PATCH", `${path}/${pick(place.ids, i)}`, { job_title: `Chief of ${i}`, company: `Acme ${i}` });

const emailOf = (i: number): string => `ben.schmidt${i}@example.org`;
const phoneOf = (i: number): string => `+3461${String(i % 10_000_000).padStart(7, "0")}`;

/** A new contact as a caller sends it. */
const sent = (i: number) => ({
  first_name: "Ben",
  last_name: "Schmidt",
  company: "Acme",
  job_title: "CFO",
  emails: [{ value: emailOf(i), label: "work" }],
  phones: [phoneOf(i)],
  tags: ["vip"],
});

/** The same as the product stores it: the floor has nothing to find out. */
const stored = (i: number) => ({
  external_ids: {},
  ...sent(i),
  emails: [{ value: emailOf(i), label: "work", primary: true, state: "unknown" }],
  phones: [{ value: phoneOf(i), raw: phoneOf(i), label: null, primary: true }],
  addresses: [],
  birthday: null,
  language: null,
  timezone: null,
  urls: [],
  custom: {},
  lists: [],
  consent: {},
  source: { type: "api", key: "" },
});
