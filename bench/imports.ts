// An import at size against its floor: the same rows, events and index rows as bare statements, slice by slice of the same size.
import type { Server } from "./server";
import type { Place } from "./world";

export interface Imported {
  readonly rows: number;
  readonly slices: number;
  /** Rows per second. */
  readonly ours: number;
  readonly floor: number;
}

/** Of a hundred rows two are bad, five are of a contact that stood before. */
export function csvOf(rows: number, tag: string): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const who = i % 20 === 19 ? i - 10 : i;
    return `Ana ${i},Núñez ${i},${i % 50 === 7 ? "bad" : `${tag}${who}@example.com`},+3460${String(1_000_000 + who).padStart(7, "0")},Acme,CFO,Calle Mayor ${i},Madrid,28013,ES`;
  });
  return `First Name,Last Name,Email,Phone,Company,Job Title,Street,City,Postal Code,Country\n${lines.join("\n")}\n`;
}

/** One round of each. */
export async function imports(server: Server, rows: number, round: number): Promise<Imported> {
  const place = await server.ask<Place>("/bench/settle", { method: "POST" });
  const headers = { Authorization: `Bearer ${place.key}`, "Content-Type": "text/csv" };
  const { job } = await server.ask<{ job: string }>("/v1/imports?start=true", { method: "POST", headers, body: csvOf(rows, `r${round}p`) });
  let ms = 0;
  for (let ended = false; !ended; ) {
    const driven = await server.ask<{ ended: boolean; ms: number }>("/bench/drive", { method: "POST", body: JSON.stringify({ org: place.org, job }) });
    ({ ended } = driven);
    ms += driven.ms;
  }
  const slices = await server.ask<number>(`/bench/slices?job=${job}`);
  const bare = await server.ask<Place>("/bench/settle", { method: "POST" });
  const { ms: floorMs } = await server.ask<{ ms: number }>("/bench/fill-bare", { method: "POST", body: JSON.stringify({ space: bare.space, org: bare.org, rows, slice: Math.max(1, Math.round(rows / slices)) }) });
  return { rows, slices, ours: (rows / ms) * 1_000, floor: (rows / floorMs) * 1_000 };
}
