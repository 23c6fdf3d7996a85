// A file as the body of a request: its bytes as they come, bounded in size, and given up where no more of them come.
import { SECOND } from "./clock";
import { bodyTimeout, tooLarge } from "./problems";

/** What an operation that takes a file understands; a browser on Windows calls a .csv `application/vnd.ms-excel`. */
export const FILE_TYPES = [
  "text/csv", "text/tab-separated-values", "text/plain", "text/vcard", "text/x-vcard", "text/directory",
  "application/json", "application/x-ndjson", "application/gzip", "application/x-gzip", "application/vnd.ms-excel", "application/octet-stream",
] as const;

export class Upload {
  constructor(
    readonly stream: ReadableStream<Uint8Array>,
    /** The media type, without its parameters. */
    readonly type: string,
    /** As stated; null: unknown until its end. */
    readonly bytes: number | null,
  ) {}
}

const IDLE_MS = 30 * SECOND;

/** Errors with 413 past `limitBytes`, with 408 where nothing comes for 30 seconds or the body breaks off. */
export function bounded(body: ReadableStream<Uint8Array>, limitBytes: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let length = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const idle = Promise.withResolvers<never>();
      const timer = setTimeout(() => idle.reject(bodyTimeout("Nothing of the body came for 30 seconds.")), IDLE_MS);
      try {
        const { done, value } = await Promise.race([reader.read().catch(() => Promise.reject(bodyTimeout("The body broke off."))), idle.promise]);
        if (done) return controller.close();
        length += value.length;
        if (length > limitBytes) throw tooLarge(`The body is larger than ${limitBytes} bytes.`, { limit_bytes: limitBytes });
        controller.enqueue(value);
      } catch (error) {
        controller.error(error);
        reader.cancel().catch(() => undefined);
      } finally {
        clearTimeout(timer);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
