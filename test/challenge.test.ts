import { describe, expect, it } from "vitest";
import { mint } from "../src/keys/format";
import { world, type Client } from "./world";

const BEARER = 'Bearer realm="connectkit"';
const BOTH = `${BEARER}, Basic realm="connectkit", charset="UTF-8"`;

describe("a 401 answers in the caller's scheme", () => {
  const challenge = async (by: Client, headers: Record<string, string>) => {
    const answer = await by.get("/v1/ping", { headers });
    return [answer.status, answer.body.code, answer.headers.get("WWW-Authenticate")];
  };
  const basic = (text: string) => ({ Authorization: `Basic ${btoa(text)}` });

  it("Basic is challenged to those alone that sent it, whatever was wrong with it", async () => {
    const w = await world();
    const expired = (await w.key({ expiresAt: Date.now() - 1 })).secret ?? "";
    const stranger = mint("live", "location").reveal();
    const cases: [Record<string, string>, string, string][] = [
      [{}, "missing_key", BEARER],
      [{ Authorization: "Bearer" }, "malformed_key", BEARER],
      [{ Authorization: "Digest x" }, "malformed_key", BEARER],
      [{ Authorization: "Basic" }, "malformed_key", BOTH],
      [{ Authorization: "Basic !" }, "malformed_key", BOTH],
      [basic("app:x"), "malformed_key", BOTH],
      [basic(`app:${stranger}`), "unknown_key", BOTH],
      [{ "X-API-Key": stranger }, "unknown_key", BEARER],
      [basic(`app:${expired}`), "key_expired", BOTH],
      [{ Authorization: `Bearer ${expired}` }, "key_expired", BEARER],
    ];
    for (const [headers, code, expected] of cases) expect([headers, ...(await challenge(w.anonymous, headers))]).toEqual([headers, 401, code, expected]);
  });
});
