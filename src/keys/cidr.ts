// Allow-lists of addresses: CIDR, v4 and v6, and a v4 address however it is written.
import ipaddr from "ipaddr.js";

/** The canonical form of a CIDR or a single address, or null. */
export function normalizeCidr(text: string): string | null {
  try {
    const [address, bits] = text.includes("/") ? ipaddr.parseCIDR(text) : single(text);
    const network =
      address.kind() === "ipv4"
        ? ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${bits}`)
        : ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${bits}`);
    return `${network.toString()}/${bits}`;
  } catch {
    return null;
  }
}

function single(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const address = ipaddr.parse(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
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
