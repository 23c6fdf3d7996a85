import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAllowed, normalizeCidr } from "../src/keys/cidr";

describe("a range of addresses", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7/32"],
    ["203.0.113.7/24", "203.0.113.0/24"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["2001:DB8::1", "2001:db8::1/128"],
    ["2001:db8:aa:1::5/48", "2001:db8:aa::/48"],
    ["::ffff:203.0.113.7", "203.0.113.7/32"],
    ["::ffff:203.0.113.7/120", "203.0.113.0/24"],
  ])("%s is %s", (text, range) => expect(normalizeCidr(text)).toBe(range));

  it.each(["", "1", "10.1", "010.0.0.1", "0x10.0.0.1", "256.0.0.1", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/", "1.2.3.4/8/8", "1.2.3.4/ 8", " 1.2.3.4", "::/129", "fe80::1%eth0", "localhost", "1.2.3.4/1e1"])(
    "%j is none",
    (text) => expect(normalizeCidr(text)).toBeNull(),
  );

  it("holds its own address however that is written, and its canonical form is the same range", () => {
    const v6 = fc.ipV6();
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), v6, fc.ipV4().map((ip) => `::ffff:${ip}`)), fc.nat(32), (ip, bits) => {
        const range = normalizeCidr(`${ip}/${ip.includes(":") ? bits + 96 : bits}`);
        expect(range).not.toBeNull();
        expect(normalizeCidr(range ?? "")).toBe(range);
        expect(isAllowed(ip, [range ?? ""])).toBe(true);
        if (!ip.includes(":")) expect(isAllowed(`::ffff:${ip}`, [range ?? ""])).toBe(true);
      }),
    );
  });
});
