// A small set of contacts as a CSV, in one answer: no job, no file that is kept.
import { contactOf } from "../../contacts/render";
import { following } from "../../contacts/search/all";
import type { Questions } from "../../contacts/search/filter";
import type { Contact } from "../../contacts/schema";
import { readRestricted } from "../../contacts/store";
import { registryOf } from "../../fields/registry";
import type { SpaceCtx } from "../../platform/context";
import type { Reply } from "../../platform/endpoint";
import { streamed } from "../../platform/streamed";
import { NARROW, widened } from "../columns/presets/bounds";
import { groupsIn } from "./asked";
import { exportInput, tooManyToStream, type ExportInput } from "./schema";
import { isWanted, MEDIA, writerOf } from "./written";

const MOST = 5_000;
const PAGE = 500;
/** Contacts that are written at a time. */
const LINES = 200;

/** Throws `too_many_to_stream` (422). */
export async function contactsCsv(ctx: SpaceCtx, filter: Questions | null, how: Pick<ExportInput, "preset" | "only_marketable"> & { readonly csv: Partial<ExportInput["csv"]> }): Promise<Reply<never>> {
  const asked = { ...exportInput.parse({ format: "csv", ...how }), filter, now: ctx.now };
  const registry = await registryOf(ctx, true);
  const contacts = (await found(ctx, asked)).filter((one) => isWanted(asked, one));
  const writer = writerOf(asked, contacts.reduce(widened, NARROW), registry);
  return { status: 200, body: streamed(pieces(), MEDIA.csv), headers: { "Content-Disposition": 'attachment; filename="contacts.csv"' } };
  async function* pieces(): AsyncGenerator<string> {
    yield writer.start;
    for (let i = 0; i < contacts.length; i += LINES) yield contacts.slice(i, i + LINES).map((one, n) => writer.record(one, i + n).text).join("");
  }
}

async function found(ctx: SpaceCtx, asked: { readonly filter: Questions | null; readonly now: number }): Promise<Contact[]> {
  const groups = groupsIn(ctx, asked, await registryOf(ctx));
  const contacts: Contact[] = [];
  for (let after = 0, done = false; !done; ) {
    const next = await following(ctx, groups, after, PAGE);
    const restricted = await readRestricted(ctx, next.rows.map(({ id }) => id));
    contacts.push(...next.rows.filter(({ id }) => !restricted.has(id)).map(contactOf));
    if (contacts.length > MOST) throw tooManyToStream(`More than ${MOST} contacts match.`, { limit: MOST });
    ({ after, done } = next);
  }
  return contacts;
}
