// Addresses whose unknown keys are not looked up for a while: a flood must not reach the databases.
import type { Io } from "../platform/access";
import { SECOND } from "../platform/clock";

const shut = new Map<string, number>();
const SHUT_MS = 10 * SECOND;
const MAX_SHUT = 10_000;

export const isShut = ({ ip, now }: Pick<Io, "ip" | "now">): boolean => (shut.get(ip ?? "") ?? 0) > now;

export async function countUnknown({ env, ip, now }: Pick<Io, "env" | "ip" | "now">): Promise<void> {
  const { success } = await env.FLOOD.limit({ key: ip ?? "" });
  if (success) return;
  if (shut.size >= MAX_SHUT) shut.clear();
  shut.set(ip ?? "", now + SHUT_MS);
}
