// Addresses whose unknown keys are not looked up for a while: a flood must not reach the databases.
import { addressOf } from "../limits/address";
import type { Io } from "../platform/access";
import { SECOND } from "../platform/clock";

const shut = new Map<string, number>();
const SHUT_MS = 10 * SECOND;
const MAX_SHUT = 10_000;

export const isShut = ({ ip, now }: Pick<Io, "ip" | "now">): boolean => shut.size > 0 && (shut.get(addressOf(ip)) ?? 0) > now;

export async function countUnknown({ env, ip, now }: Pick<Io, "env" | "ip" | "now">): Promise<void> {
  const address = addressOf(ip);
  const { success } = await env.FLOOD.limit({ key: address });
  if (success) return;
  if (shut.size >= MAX_SHUT) shut.clear();
  shut.set(address, now + SHUT_MS);
}
