// A browser, as far as signing in needs one: keeps cookies, says where its pages come from, calls from an address.
import { exports } from "cloudflare:workers";
import { ORIGIN } from "./origin";
import type { Answer, Fetch } from "./world";

const hex = (): string => crypto.getRandomValues(new Uint16Array(1))[0]?.toString(16) ?? "0";

/** An address nobody else has, so that no guard takes two tests for one. */
export const someAddress = (): string => `2001:db8:${hex()}:${hex()}:${hex()}::1`;

export class Browser {
  readonly cookies = new Map<string, string>();
  /** The Set-Cookie lines of the last answer. */
  lastSet: readonly string[] = [];
  constructor(
    readonly address = someAddress(),
    private readonly fetch: Fetch = (request) => exports.default.fetch(request),
  ) {}

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string | null> = {}): Promise<Answer> {
    const all = new Headers({ "CF-Connecting-IP": this.address, ...(method === "GET" ? {} : { Origin: ORIGIN }) });
    if (this.cookies.size > 0) all.set("Cookie", this.cookie);
    if (body !== undefined) all.set("Content-Type", "application/json");
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) all.delete(name);
      else all.set(name, value);
    }
    const response = await this.fetch(new Request(ORIGIN + path, { method, headers: all, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }));
    this.lastSet = response.headers.getSetCookie();
    for (const line of this.lastSet) this.keep(line);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text === "" ? undefined : JSON.parse(text) };
  }

  get = (path: string, headers?: Record<string, string | null>): Promise<Answer> => this.call("GET", `/api/auth${path}`, undefined, headers);
  post = (path: string, body: unknown = {}, headers?: Record<string, string | null>): Promise<Answer> => this.call("POST", `/api/auth${path}`, body, headers);

  private keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
