// CPU time of the processes that this one started, as Linux tells it; elsewhere it isn't measured.
import { readdirSync, readFileSync } from "node:fs";

/** Of a clock tick in /proc: Linux has told 100 per second to every program since 2.6. */
const TICK_MS = 10;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ms: number;
}

/** User and system time of all descendants, in ms; NaN where there is no /proc. */
export function cpuMs(): number {
  if (process.platform !== "linux") return Number.NaN;
  const stats = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []));
  const ours = new Set([process.pid]);
  // A process is younger than its parent, but its number need not be higher.
  for (let known = 0; known < ours.size; ) {
    known = ours.size;
    for (const { pid, parent } of stats) if (ours.has(parent)) ours.add(pid);
  }
  return stats.reduce((sum, { pid, ms }) => (pid !== process.pid && ours.has(pid) ? sum + ms : sum), 0);
}

function statOf(pid: string): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the name, may hold anything; the fields are counted from its closing bracket.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { pid: Number(pid), parent: Number(fields[1]), ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
  } catch {
    return null;
  }
}
