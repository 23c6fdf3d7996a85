// An address as guards count it: a v6 network is one caller, because its holder has all of its 2^64 addresses.
import ipaddr from "ipaddr.js";

/** The v4 address, the /64 of a v6 one, or `none`: what is missing or can't be read counts as one address. */
export function addressOf(ip: string | null): string {
  if (ip === null || !ipaddr.isValid(ip)) return "none";
  const address = ipaddr.process(ip);
  return address.kind() === "ipv4" ? address.toString() : `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toNormalizedString()}/64`).toString()}/64`;
}
