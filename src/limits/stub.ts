// How a key's gate is reached: by the key's id, born beside the databases.
import type { Env } from "../env";
import type { Gate } from "./gate";

export type GateStub = DurableObjectStub<Gate>;

export function gateOf(env: Env, key: string): GateStub {
  const region = REGIONS.find((one) => one === env.GATE_REGION);
  return region ? env.GATE.getByName(key, { locationHint: region }) : env.GATE.getByName(key);
}

const REGIONS = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] as const;
