// Files in and out as a client sees to them: uploads, and waiting for what is long work.
import { expect } from "vitest";
import type { Client, Json } from "./world";

const CSV = { headers: { "Content-Type": "text/csv" } };
export const ENDS = ["completed", "completed_with_errors", "failed", "canceled"];

/** What is at this path, once it is in one of these states. */
export async function until(by: Client, path: string, states: readonly string[], patience = 400): Promise<Json> {
  for (let i = 0; i < patience; i += 1) {
    const { body } = await by.get(path);
    if (states.includes(body.state)) return body;
    await scheduler.wait(Math.min(100, 10 + i));
  }
  throw new Error(`not ${states.join(" or ")} in time: ${JSON.stringify((await by.get(path)).body).slice(0, 500)}`);
}

/** An import with its file. */
export async function uploaded(by: Client, file: string | Uint8Array | ReadableStream, settings: object = {}): Promise<Json> {
  const { body } = await by.post("/v1/imports", settings);
  const answer = await by.put(`/v1/imports/${body.id}/file`, file, CSV);
  expect([answer.status, answer.body]).toEqual([200, answer.body]);
  return answer.body;
}

/** A file taken in to its end. */
export async function imported(by: Client, file: string | Uint8Array | ReadableStream, settings: object = {}, patience = 400): Promise<Json> {
  const { id } = await uploaded(by, file, settings);
  expect((await by.post(`/v1/imports/${id}/start`)).status).toBe(202);
  return until(by, `/v1/imports/${id}`, ENDS, patience);
}

/** A file made to its end: the export, and its text. */
export async function exported(by: Client, input: object, patience = 400): Promise<{ readonly export: Json; readonly text: string }> {
  const { body } = await by.post("/v1/exports", input);
  const end = await until(by, `/v1/exports/${body.id}`, ENDS, patience);
  return { export: end, text: (await by.get(`/v1/exports/${body.id}/file`)).text };
}
