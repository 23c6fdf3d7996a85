// A batch against single calls: what 500 upserts cost in one request, as a part of what they cost in 500.
import { inTurns, type Compared } from "./measure";
import type { Server } from "./server";
import type { Call } from "./load";
import type { Place } from "./world";

export const BATCH = 500;

/** More than all connections ask for at once, so that no two batches are of one contact. */
const DIFFERENT = 20_000;

/** Ours: a batch; floor: one upsert, first of new contacts, then of contacts that are there. */
export async function batches(server: Server, place: Place, rounds: number, sliceMs: number): Promise<Compared> {
  let n = 0;
  const person = () => {
    n += 1;
    return { first_name: `Ida ${n}`, last_name: "Schmidt", company: "Acme", emails: [`ida${n % DIFFERENT}@example.net`], phones: [`+3462${String(n % 10_000_000).padStart(7, "0")}`], tags: ["batch"] };
  };
  const call = (method: "POST" | "PUT", path: string, body: unknown): Call => {
    const text = JSON.stringify(body);
    return { method, path, body: text, headers: { Authorization: `Bearer ${place.key}`, "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(text)) } };
  };
  const operation = () => ({ op: "upsert", match: "email", data: person() });
  const route = {
    name: `batch of ${BATCH} upserts`,
    ours: () => call("POST", "/v1/contacts/batch", { operations: Array.from({ length: BATCH }, operation) }),
    floor: () => call("PUT", "/v1/contacts?match=email", person()),
  };
  const [compared] = await inTurns(server, [route], { connections: 1, rounds, sliceMs });
  if (!compared) throw new Error("nothing was measured");
  return compared;
}
