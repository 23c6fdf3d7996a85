// Problems: every refusal is an RFC 9457 document, thrown by name and caught in one place.

export interface ProblemType {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  /** Why it happens, for its page under /errors. */
  readonly cause: string;
  /** What the caller can do. */
  readonly cure: string;
  /** An example of its own members, for its page and the reference. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** A registered type URI, where one exists; else this server's page. */
  readonly type?: string;
}

export interface Fault {
  /** JSON Pointer (RFC 6901) into the body. */
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  readonly code: string;
  readonly message: string;
}

export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    readonly of: ProblemType,
    detail: string,
    readonly extras: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
  get status(): number {
    return this.of.status;
  }
  get code(): string {
    return this.of.code;
  }
}

/** Makes a problem type: a function that throws nothing itself, `throw versionMismatch("…", {…})`. */
export function problem(type: ProblemType): ProblemThrower {
  const make = (detail: string, extras?: Record<string, unknown>, headers?: Record<string, string>): Problem =>
    new Problem(type, detail, extras, headers);
  return Object.assign(make, { type });
}
export type ProblemThrower = ((detail: string, extras?: Record<string, unknown>, headers?: Record<string, string>) => Problem) & {
  readonly type: ProblemType;
};

/** The document of a problem. `origin` makes `type` a URL that this server answers with a page. */
export function document(thrown: Problem, origin: string, requestId: string): Record<string, unknown> {
  const { type, title, status, code } = { type: `${origin}/errors/${thrown.code}`, ...thrown.of };
  return { type, title, status, code, detail: thrown.message, request_id: requestId, ...thrown.extras };
}
