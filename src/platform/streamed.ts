// A body that is sent while it is made: files of any size, of which an isolate holds a piece at a time.

export class Streamed {
  constructor(
    readonly stream: ReadableStream<Uint8Array>,
    /** `text/csv; charset=utf-8` */
    readonly type: string,
  ) {}
}

/** The pieces as they come, each pulled when the last one has left. What a piece throws breaks the body off. */
export function streamed(pieces: AsyncIterable<string>, type: string): Streamed {
  const iterator = pieces[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return new Streamed(stream, type);
}
