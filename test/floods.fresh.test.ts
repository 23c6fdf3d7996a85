// Guessing on a large scale: claim tokens, keys, passwords. All of it is refused, most of it without a look into any
// database, and meanwhile others are served, the owner of the attacked account among them.
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { mint } from "../src/keys/keys";
import { GUARDS } from "../src/limits/guards";
import { mintToken } from "../src/platform/token";
import { Browser, someAddress } from "./browser";
import { counted, front } from "./front";
import { PASSWORD, register, somebody, someEmail, whoIs } from "./people";
import { tally, times, world, type Answer, type Client } from "./world";

const { bindings, calls, reset } = counted();
let attacker: Client;
let neighbour: Client;
let email: string;

/** Each from a network of its own. */
const NETWORKS = times(1_000, someAddress);
const from = (address: string): Client => attacker.with({ "CF-Connecting-IP": address });
/** Whoever has a v6 network has all of its addresses. */
const here = (i: number): Client => from(`2001:db8:bad:1::${i.toString(16)}`);
const there = (i: number): Client => from(NETWORKS[i % NETWORKS.length] ?? "");
const guessToken = (by: Client): Promise<Answer> => by.post(`/v1/claims/${mintToken("claim").reveal()}`);
const guessKey = (by: Client): Promise<Answer> => by.as(mint("live", "location").reveal()).get("/v1/ping");

/** So many times three requests of the neighbour, all answered: ms. */
async function served(rounds = 1): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < rounds; i += 1) {
    const answers = [await neighbour.get("/v1/ping"), await neighbour.post("/v1/contacts", { first_name: "Ana" }), await neighbour.get("/v1/contacts?limit=10")];
    expect(answers.map(({ status }) => status)).toEqual([200, 201, 200]);
  }
  return performance.now() - started;
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const p95 = (values: readonly number[]): number => sorted(values)[Math.floor(values.length * 0.95)] ?? 0;
const median = (values: readonly number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? 0;

const [MANY, FEW] = env.SIZE === "full" ? [9_000, 1_000] : [1_800, 300];
const CHUNKS = 5;
/** Below this a quiet figure is mostly the machine's own doing. */
const FLOOR_MS = 15;

/**
 * `count` guesses, so many at once beside the neighbour's rounds; before each of these the neighbour has the same in quiet,
 * so that whatever else this machine does meets both. `slower`: the p95 of the ones over that of the others, of the middle chunk.
 */
async function flood(count: number, beside: number, guess: (i: number) => Promise<Answer>, rounds = 1) {
  const [ratios, answers]: [number[], Answer[]] = [[], []];
  reset();
  for (let chunk = 1; chunk <= CHUNKS; chunk += 1) {
    const [quiet, loud]: [number[], number[]] = [[], []];
    while (answers.length < (count / CHUNKS) * chunk) {
      quiet.push(await served(rounds));
      const guesses = times(beside, (one) => guess(answers.length + one));
      loud.push(await served(rounds));
      answers.push(...(await Promise.all(guesses)));
    }
    ratios.push(p95(loud) / Math.max(p95(quiet), FLOOR_MS));
  }
  return { d1: calls.d1, statuses: tally(answers), slower: median(ratios) };
}

beforeAll(async () => {
  attacker = (await world()).anonymous.through(front(bindings));
  neighbour = await (await world()).key();
  ({ email } = await register());
  for (let i = 0; i < 30; i += 1) await served();
});

describe("guessed from one network", () => {
  it("claim tokens by the thousand (9,000 with CI): 20 are looked up", async () => {
    const found = await flood(MANY, 30, (i) => guessToken(here(i)));
    expect(Object.keys(found.statuses)).toEqual(["404", "429"]);
    expect(found.d1).toBeLessThanOrEqual(GUARDS.claims.capacity + 5);
    expect(found.slower).toBeLessThanOrEqual(3);
  });

  it("keys by the thousand (9,000 with CI): some 60 are looked up", async () => {
    const found = await flood(MANY, 30, (i) => guessKey(here(i)));
    expect(Object.keys(found.statuses)).toEqual(["401", "429"]);
    // 60 a minute, of which one may begin meanwhile; and what is under way when the last of them is counted.
    expect(found.d1).toBeLessThanOrEqual(2 * (60 + 30));
    expect(found.slower).toBeLessThanOrEqual(3);
  });
});

describe("guessed from 1,000 networks", () => {
  it("claim tokens (1,000 with CI): none opens anything", async () => {
    // Each makes a guard's object, here on the neighbour's own thread: in a burst the neighbour is served, if not as fast.
    const burst = await flood(FEW * 0.8, 20, (i) => guessToken(there(i)));
    const steady = await flood(FEW * 0.2, 1, (i) => guessToken(there(FEW * 0.8 + i)), 2);
    expect([burst.statuses, steady.statuses]).toEqual([{ 404: FEW * 0.8 }, { 404: FEW * 0.2 }]);
    expect(steady.slower).toBeLessThanOrEqual(3);
  });

  it("keys (1,000 with CI): none is let in", async () => {
    const found = await flood(FEW, 4, (i) => guessKey(there(i)), 2);
    expect(found.statuses).toEqual({ 401: FEW });
    expect(found.slower).toBeLessThanOrEqual(3);
  });
});

describe("guessed for one account", () => {
  const wrong = (address: string, i: number): Promise<Answer> => new Browser(address).post("/sign-in/email", { email, password: `guess number ${i}` });
  const right = (by: Browser): Promise<Answer> => by.post("/sign-in/email", { email, password: PASSWORD });

  // No attempt comes back while this goes on, however slow the machine.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("1,000 passwords from 50 networks: its owner signs in meanwhile, in a browser where they did before", async () => {
    const [home, elsewhere] = [new Browser(), new Browser()];
    expect((await right(home)).status).toBe(200);
    const answers: Answer[] = [];
    for (let i = 0; i < 1_000; i += 20) {
      answers.push(...(await Promise.all(times(20, (one) => wrong(NETWORKS[(i + one) % 50] ?? "", i + one)))));
      if (i % 250 !== 0) continue;
      await home.post("/sign-out");
      expect((await right(home)).status).toBe(200);
      expect((await whoIs(home))?.email).toBe(email);
    }
    expect(Object.keys(tally(answers))).toEqual(["401", "429"]);
    expect(tally(answers)[401]).toBeLessThanOrEqual(GUARDS.account.capacity);
    expect((await right(elsewhere)).status).toBe(429);
  });

  it("a browser that is known to one account is not to another, nor guesses without end", async () => {
    const [stranger, home] = [new Browser(NETWORKS[300]), new Browser(NETWORKS[301])];
    await stranger.post("/sign-up/email", { email: someEmail(), name: "Eva", password: PASSWORD });
    expect((await right(stranger)).status).toBe(429);
    home.cookies.set("__Secure-connectkit.known", `${"a".repeat(22)}.${"b".repeat(43)}`);
    expect((await right(home)).status).toBe(429);
    const other = await somebody();
    const known = other.browser.cookies.get("__Secure-connectkit.known") ?? "";
    const answers: Answer[] = [];
    for (let i = 0; i < 10; i += 1) {
      const browser = new Browser(NETWORKS[310 + i]);
      browser.cookies.set("__Secure-connectkit.known", known);
      answers.push(await browser.post("/sign-in/email", { email: other.email, password: "not this one at all" }));
    }
    expect(tally(answers)).toEqual({ 401: GUARDS.knownBrowser.capacity, 429: 10 - GUARDS.knownBrowser.capacity });
  });
});
