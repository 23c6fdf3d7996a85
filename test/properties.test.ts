// What holds for all values, tried on many.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { full, msUntil, policiesOf, refilled, reshaped, take, tokensIn, type Level, type Policy } from "../src/limits/bucket";
import { isAllowed, normalizeCidr } from "../src/keys/cidr";
import { isWellFormed, mint, prefixOf } from "../src/keys/format";
import { checksum } from "../src/platform/token";
import { tagKey } from "../src/tags/tags";
import { apply, emptyDocument } from "../src/contacts/patch";
import type { ContactPatch } from "../src/contacts/schema";
import { birthday, e164, emailKey } from "../src/platform/normalize";
import { parseStrictly, sameJson } from "../src/platform/json";
import { decodeCursor, encodeCursor } from "../src/platform/page";

describe("token bucket", () => {
  const limits = fc.record({ hour: fc.integer({ min: 1, max: 5_000 }), second: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 500 }) });
  const calls = fc.array(fc.record({ after: fc.integer({ min: 0, max: 5_000 }), cost: fc.integer({ min: 1, max: 3 }) }), { maxLength: 200 });

  /** The reference: exact fractions, a token at a time, all policies or none. */
  function simulate(policies: readonly Policy[], steps: readonly { at: number; cost: number }[]): boolean[] {
    const levels = policies.map(({ capacity, periodMs }) => BigInt(capacity) * BigInt(periodMs));
    let last = 0;
    return steps.map(({ at, cost }) => {
      policies.forEach((policy, i) => {
        const cap = BigInt(policy.capacity) * BigInt(policy.periodMs);
        const more = (levels[i] ?? 0n) + BigInt(at - last) * BigInt(policy.perPeriod);
        levels[i] = more > cap ? cap : more;
      });
      last = at;
      const passes = policies.every((policy, i) => (levels[i] ?? 0n) >= BigInt(cost) * BigInt(policy.periodMs));
      if (passes) policies.forEach((policy, i) => (levels[i] = (levels[i] ?? 0n) - BigInt(cost) * BigInt(policy.periodMs)));
      return passes;
    });
  }

  it("decides as an exact simulation does, and over t seconds at most capacity + t × refill pass", () => {
    fc.assert(
      fc.property(limits, calls, (quotas, waits) => {
        const policies = policiesOf(quotas);
        let at = 0;
        const steps = waits.map(({ after, cost }) => ({ at: (at += after), cost }));
        let levels: readonly Level[] = policies.map((policy) => full(policy, 0));
        const ours = steps.map(({ at: now, cost }) => {
          const decision = take(policies, levels, now, cost);
          levels = decision.levels;
          return decision.admitted;
        });
        expect(ours).toEqual(simulate(policies, steps));
        const passed = steps.reduce((sum, { cost }, i) => sum + (ours[i] ? cost : 0), 0);
        for (const { capacity, perPeriod, periodMs } of policies) expect(passed * periodMs).toBeLessThanOrEqual(capacity * periodMs + at * perPeriod);
      }),
      { numRuns: 300 },
    );
  });

  it("what it says to wait is enough, and a millisecond less is not", () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: -2_000, max: 2_000 }), (quotas, tokens) => {
        const [policy] = policiesOf(quotas);
        const level = { units: tokens * 7, at: 0 };
        const ms = msUntil(policy, level, 1);
        expect(tokensIn(policy, refilled(policy, level, ms))).toBeGreaterThanOrEqual(1);
        if (ms > 0) expect(tokensIn(policy, refilled(policy, level, ms - 1))).toBe(0);
      }),
    );
  });

  it("a changed plan keeps what was used", () => {
    fc.assert(
      fc.property(limits, limits, fc.nat(5_000), (before, after, used) => {
        const [old, next] = [policiesOf(before)[0], policiesOf(after)[0]];
        const spent = Math.min(used, old.capacity);
        const level = reshaped(old, next, { units: (old.capacity - spent) * old.periodMs, at: 0 });
        expect(tokensIn(next, level)).toBe(Math.max(0, next.capacity - spent));
      }),
    );
  });
});

describe("keys", () => {
  it("are well formed, and no single slip is", () => {
    fc.assert(
      fc.property(fc.constantFrom("live", "sandbox"), fc.constantFrom("agency", "location"), fc.nat(), fc.nat(), (environment, kind, at, by) => {
        const text = mint(environment, kind).reveal();
        expect(isWellFormed(text)).toBe(true);
        const prefix = prefixOf(environment, kind).length;
        const place = prefix + (at % (text.length - prefix));
        const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        const other = letters[(letters.indexOf(text[place] ?? "") + 1 + (by % 61)) % 62] ?? "";
        expect(isWellFormed(text.slice(0, place) + other + text.slice(place + 1))).toBe(false);
        const swapped = text.slice(0, place) + (text[place + 1] ?? "") + (text[place] ?? "") + text.slice(place + 2);
        if (swapped !== text) expect(isWellFormed(swapped)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("the checksum is GitHub's", () => {
    expect(checksum("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ")).toBe("0mLq17");
  });
});

describe("CIDR", () => {
  it("an address is in its own network, and not where a network bit differs", () => {
    const v4 = fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 1, max: 32 }));
    const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join(".");
    fc.assert(
      fc.property(v4, fc.nat(31), ([address, bits], flip) => {
        const range = normalizeCidr(`${dotted(address)}/${bits}`);
        expect(range).not.toBeNull();
        const other = (address ^ (1 << (31 - flip))) >>> 0;
        expect(isAllowed(dotted(address), [range ?? ""])).toBe(true);
        expect(isAllowed(dotted(other), [range ?? ""])).toBe(flip >= bits);
        expect(isAllowed(`::ffff:${dotted(address)}`, [range ?? ""])).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (address, bits) => {
        const range = normalizeCidr(`${address}/${bits}`);
        if (range !== null && !address.includes(".")) expect(isAllowed(address, [range])).toBe(!/^(0*:)*:?(0*:)*ffff:[^:]+:[^:]+$/i.test(address));
      }),
    );
    expect([normalizeCidr("10.0.0.0/33"), normalizeCidr("rubbish"), normalizeCidr("::1"), isAllowed(null, ["0.0.0.0/0"])]).toEqual([null, null, "::1/128", false]);
  });
});

describe("cursor", () => {
  it("comes back as it went, whatever its keys", () => {
    const keys = fc.array(fc.oneof(fc.integer(), fc.string({ unit: "binary" })), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(keys, (place) => {
        const types = place.map((key) => (typeof key === "string" ? "string" : "number"));
        expect(decodeCursor(encodeCursor("question", place), "question", types)).toEqual(place);
      }),
    );
  });
});

describe("merge patch", () => {
  const rules = { country: "ES", fields: new Map(), isNew: false };
  const text = fc.option(fc.constantFrom("Ana", "Núñez", "Acme"), { nil: null });
  const email = fc.constantFrom("a@x.example", "b@x.example", "C@X.example");
  const ids = fc.dictionary(fc.constantFrom("crm", "erp"), fc.option(fc.constantFrom("1", "2"), { nil: null }));
  const patch: fc.Arbitrary<ContactPatch> = fc.record(
    { first_name: text, company: text, external_ids: ids, tags: fc.uniqueArray(fc.constantFrom("a", "b", "c")), emails: fc.uniqueArray(email), birthday: fc.constantFrom("1980-05-09", null) },
    { requiredKeys: [] },
  );
  /** RFC 7396, word for word, on the members that are not arrays. */
  function mergePatch(target: unknown, sent: unknown): unknown {
    if (typeof sent !== "object" || sent === null || Array.isArray(sent)) return sent;
    const result = new Map(Object.entries(typeof target === "object" && target !== null && !Array.isArray(target) ? target : {}));
    for (const [name, value] of Object.entries(sent)) {
      if (value === null) result.delete(name);
      else result.set(name, mergePatch(result.get(name), value));
    }
    return Object.fromEntries(result);
  }

  it("is RFC 7396 on scalars and maps; the same patch twice changes nothing more", () => {
    fc.assert(
      fc.property(fc.array(patch, { maxLength: 5 }), (patches) => {
        let doc = { ...emptyDocument({ type: "api" }), last_name: "Anchor" };
        for (const sent of patches) {
          const before = doc;
          doc = { ...apply(doc, sent, rules), last_name: "Anchor" };
          const { first_name, company, external_ids } = sent;
          const merged = mergePatch({ first_name: before.first_name, company: before.company, external_ids: before.external_ids }, JSON.parse(JSON.stringify({ first_name, company, external_ids })));
          const ours = { first_name: doc.first_name, company: doc.company, external_ids: doc.external_ids };
          expect(mergePatch({}, ours)).toEqual(mergePatch({ external_ids: {} }, merged));
          expect(sameJson(apply(doc, sent, rules), doc)).toBe(true);
        }
      }),
    );
  });

  it("adding and removing edits, and keeps the rest in place", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3, unit: "grapheme-ascii" }).map((tag) => tagKey(tag) ?? "").filter(Boolean)), fc.nat(9), (tags, i) => {
        const doc = apply(emptyDocument({ type: "api" }), { first_name: "A", tags }, rules);
        const gone = tags[i % Math.max(1, tags.length)];
        const after = apply(doc, { tags: { add: ["new!"], remove: gone === undefined ? [] : [gone] } }, rules);
        expect(after.tags).toEqual([...doc.tags.filter((tag) => tag !== gone), ...(doc.tags.includes("new!") && gone !== "new!" ? [] : ["new!"])]);
      }),
    );
  });
});

describe("values", () => {
  it("e-mail: case, NFC and IDN are one; dots and +tags are not", () => {
    expect(emailKey(" Ana.Núñez+x@Bücher.Example ")).toBe("ana.núñez+x@xn--bcher-kva.example");
    expect(emailKey("nu\u0301n@x.example")).toBe(emailKey("nún@x.example"));
    for (const bad of ["", "@", "a@", "@b.example", "a b@x.example", "a@b", "a..b@x.example", ".a@x.example", "a@-x.example", "a@x.example.", "a@1.2.3.4", "a@x/y.example", `${"a".repeat(65)}@x.example`, "a@b@c.example "]) {
      expect([bad, emailKey(bad)]).toEqual([bad, null]);
    }
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: "binary" })), (value) => {
        const key = emailKey(value);
        if (key !== null) expect(emailKey(key)).toBe(key);
      }),
    );
  });

  it("phone: E.164 however written, judged by its digits", () => {
    expect([e164("600 111 222", "ES"), e164("+34 (600) 111-222", ""), e164("0034600111222", "DE"), e164("12", "ES"), e164("+1 555 000 0000", "US")]).toEqual(["+34600111222", "+34600111222", "+34600111222", null, null]);
  });

  it("birthday: days that there are", () => {
    expect(["1980-02-29", "1981-02-29", "--02-29", "--02-30", "1980-13-01", "0000-01-01", "80-1-1"].map(birthday)).toEqual(["1980-02-29", null, "--02-29", null, null, null, null]);
  });
});

describe("strict JSON", () => {
  it("reads what JSON.parse reads, unless it has two readings", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const strings = JSON.stringify(JSON.parse(text));
        if (!/\\u0000|\\ud[89a-f]|__proto__/i.test(strings)) expect(parseStrictly(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
