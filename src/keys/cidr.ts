// Allow-lists of addresses: CIDR, v4 and v6, and a v4 address however it is written.
import ipaddr from "ipaddr.js";

/** 96 bits of a v6 address say that the other 32 are a v4 one. */
const MAPPED_BITS = 96;

/**
 * The canonical form of a CIDR or a single address, or null. A v4 address has four decimal parts: `010.0.0.1` and `10.1`
 * mean one thing to one reader and another to the next. A range of v4 addresses written as v6 is that range of v4.
 */
export function normalizeCidr(text: string): string | null {
  const [address = "", length, ...more] = text.split("/");
  const isV4 = ipaddr.IPv4.isValidFourPartDecimal(address);
  if (more.length > 0 || !(isV4 || (ipaddr.IPv6.isValid(address) && !address.includes("%")))) return null;
  const parsed = ipaddr.parse(address);
  const bits = length === undefined ? (isV4 ? 32 : 128) : /^\d{1,3}$/.test(length) ? Number(length) : null;
  if (bits === null || bits > (isV4 ? 32 : 128)) return null;
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && bits >= MAPPED_BITS) {
    return networkOf(parsed.toIPv4Address(), bits - MAPPED_BITS);
  }
  return networkOf(parsed, bits);
}

function networkOf(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string {
  const range = `${address.toString()}/${bits}`;
  const network = address.kind() === "ipv4" ? ipaddr.IPv4.networkAddressFromCIDR(range) : ipaddr.IPv6.networkAddressFromCIDR(range);
  return `${network.toString()}/${bits}`;
}

/** Whether an address is in one of these ranges. An address that can't be read is in none. */
export function isAllowed(ip: string | null, ranges: readonly string[]): boolean {
  if (ip === null || !ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  return ranges.some((range) => {
    const [network, bits] = ipaddr.parseCIDR(range);
    return address.kind() === network.kind() && address.match(network, bits);
  });
}

/** Whether each of these ranges lies within one of those; none at all is any address. */
export function isWithin(inner: readonly string[], outer: readonly string[]): boolean {
  if (outer.length === 0) return true;
  return inner.length > 0 && inner.every((one) => outer.some((other) => covers(other, one)));
}

function covers(outer: string, inner: string): boolean {
  const [[network, bits], [address, length]] = [ipaddr.parseCIDR(outer), ipaddr.parseCIDR(inner)];
  return network.kind() === address.kind() && length >= bits && address.match(network, bits);
}
