// The load: a number of connections, each sending its next request when the last one is answered, for a time.
import { Agent, request } from "node:http";
import { cpuMs } from "./cpu";

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Slice {
  /** µs; the median of all answers. */
  readonly p50: number;
  readonly perSecond: number;
  /** µs of the server's processes per request; NaN where it can't be told. */
  readonly cpu: number;
}

export interface Load {
  readonly connections: number;
  readonly ms: number;
}

/** Throws on an answer that is not 2xx: a bench of refusals says nothing. */
export async function load(url: URL, next: () => Call, { connections, ms }: Load): Promise<Slice> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const took: number[] = [];
  const [cpuBefore, started] = [cpuMs(), performance.now()];
  const connection = async (): Promise<void> => {
    while (performance.now() - started < ms) {
      const sent = performance.now();
      await send(url, agent, next());
      took.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const seconds = (performance.now() - started) / 1_000;
  const cpu = cpuMs() - cpuBefore;
  agent.destroy();
  return { p50: median(took) * 1_000, perSecond: took.length / seconds, cpu: (cpu * 1_000) / took.length };
}

function send({ hostname, port }: URL, agent: Agent, { method, path, headers, body }: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, hostname, port, method, path, headers }, (answer) => {
      const status = answer.statusCode ?? 0;
      if (status < 200 || status > 299) {
        let text = "";
        answer.on("data", (chunk) => (text += String(chunk)));
        answer.on("end", () => reject(new Error(`${method} ${path}: ${status} ${text}`)));
        return;
      }
      answer.on("end", resolve);
      answer.on("error", reject);
      answer.resume();
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
