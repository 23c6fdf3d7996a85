// Reading a body: bounded in size and time, of a type that the operation understands, in valid UTF-8.
import { parseStrictly } from "./json";
import { Problem } from "./problem";
import { bodyTimeout, invalidEncoding, tooLarge, unsupportedMediaType } from "./problems";
import type { Endpoint } from "./endpoint";
import { bounded, FILE_TYPES, Upload } from "./upload";
import { SECOND } from "./clock";

const LIMIT_BYTES = 1_000_000;
const TIMEOUT_MS = 30 * SECOND;
const ACCEPTED = {
  json: ["application/json", "application/merge-patch+json"],
  form: ["application/x-www-form-urlencoded"],
  file: FILE_TYPES,
  none: [],
} as const;

export interface Body {
  readonly text: string;
  readonly value: unknown;
}

const NOTHING: Body = { text: "", value: undefined };

/** Refuses by its headers a body that needn't be read. Throws 413, 415. */
export function checkBodyHeaders(request: Request, endpoint: Endpoint): void {
  if (endpoint.facts.method === "GET") return;
  const limitBytes = endpoint.facts.bodyLimitBytes ?? LIMIT_BYTES;
  if (Number(request.headers.get("Content-Length") ?? 0) > limitBytes) throw tooBig(limitBytes);
  if (endpoint.bodyType === "none" || (endpoint.facts.bodyOptional && request.body === null)) return;
  const accepted: readonly string[] = ACCEPTED[endpoint.bodyType];
  const [type = "", ...parameters] = (request.headers.get("Content-Type") ?? "").split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  const ofCharset = endpoint.bodyType === "file" || !charset || /^charset="?utf-?8"?$/.test(charset);
  if (!accepted.includes(type) || !ofCharset) {
    const where = endpoint.bodyType === "file" ? "" : ", in UTF-8";
    throw unsupportedMediaType(`The body must be ${accepted.join(" or ")}${where}.`, { accepted }, acceptHeader(request.method, accepted));
  }
}

/** The body, read and parsed. Throws 400, 408, 413, 415. */
export async function readBody(request: Request, endpoint: Endpoint): Promise<Body> {
  // RFC 9110, 9.3.1: what a GET may bear as content means nothing.
  if (endpoint.facts.method === "GET") return NOTHING;
  if (endpoint.bodyType === "file") return fileOf(request, endpoint.facts.bodyLimitBytes ?? LIMIT_BYTES);
  const text = await readText(request, endpoint.facts.bodyLimitBytes ?? LIMIT_BYTES);
  if (endpoint.bodyType === "json") return { text, value: text === "" && endpoint.facts.bodyOptional ? {} : parseStrictly(text) };
  if (endpoint.bodyType === "form") return { text, value: parseForm(text) };
  // An empty object is what some clients send for nothing.
  if (text.trim() !== "" && text.trim() !== "{}") throw unsupportedMediaType("This operation takes no body.", { accepted: [] });
  return { text, value: undefined };
}

/** Nothing of it is read yet; its text is what is known of it. */
function fileOf(request: Request, limitBytes: number): Body {
  const length = request.headers.get("Content-Length");
  const [type = ""] = (request.headers.get("Content-Type") ?? "").split(";").map((part) => part.trim().toLowerCase());
  const stream = bounded(request.body ?? new Blob([]).stream(), limitBytes);
  return { text: `${type} ${length ?? ""}`, value: new Upload(stream, type, length === null ? null : Number(length)) };
}

/** The body as text, bounded in size and time. Throws 400, 408, 413. */
export async function readText(request: Pick<Request, "body" | "headers" | "arrayBuffer">, limitBytes: number): Promise<string> {
  if (!request.body) return "";
  const timeout = Promise.withResolvers<never>();
  // For the body as a whole, so that a slow drip ends too.
  const timer = setTimeout(() => timeout.reject(bodyTimeout("The body was not complete after 30 seconds.")), TIMEOUT_MS);
  const length = Number(request.headers.get("Content-Length") ?? Number.NaN);
  try {
    const bytes = length <= Math.min(limitBytes, WHOLE_BYTES) ? await Promise.race([request.arrayBuffer(), timeout.promise]) : await readBytes(request.body, limitBytes, timeout.promise);
    return decoded(bytes);
  } catch (error) {
    throw error instanceof Problem ? error : bodyTimeout("The body broke off.");
  } finally {
    clearTimeout(timer);
  }
}

/** What is known to be no larger than this is read at once: each piece costs a turn of the event loop. */
const WHOLE_BYTES = 65_536;

/** What may be of any length, piece by piece, so that no more than the limit is ever held. */
async function readBytes(body: ReadableStream<Uint8Array>, limitBytes: number, timeout: Promise<never>): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), timeout]);
      if (done) return joined(chunks, length);
      length += value.length;
      if (length > limitBytes) throw tooBig(limitBytes);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => undefined);
    throw error;
  }
}

function decoded(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw invalidEncoding("The body is not valid UTF-8.");
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function parseForm(text: string): Record<string, string | string[]> {
  const form: [string, string | string[]][] = [];
  const fields = new URLSearchParams(text);
  for (const name of new Set(fields.keys())) {
    const values = fields.getAll(name);
    form.push([name, values.length === 1 ? (values[0] ?? "") : values]);
  }
  return Object.fromEntries(form);
}

const tooBig = (limitBytes: number) => tooLarge(`The body is larger than ${limitBytes} bytes.`, { limit_bytes: limitBytes });

/** RFC 5789, RFC 9110: which types the resource takes. */
const acceptHeader = (method: string, accepted: readonly string[]): Record<string, string> =>
  method === "PATCH" ? { "Accept-Patch": accepted.join(", ") } : {};
