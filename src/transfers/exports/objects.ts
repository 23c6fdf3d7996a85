// The objects of an export. Each is written under a name of its own before the slice that makes it count.
import * as z from "zod";
import type { Env } from "../../env";
import { newRequestId } from "../../platform/id";
import { contact, type Contact } from "../../contacts/schema";

type Files = Pick<Env, "FILES">;

/** Where an export's objects are. */
export interface Place {
  readonly space: number;
  readonly export: string;
}

const folderOf = ({ space, export: id }: Place): string => `exports/${space}/${id}/`;
const keyOf = (place: Place, name: string): string => `${folderOf(place)}${name}`;

/** Answers the name of the new object. */
export async function put({ FILES }: Files, place: Place, text: string): Promise<string> {
  const name = newRequestId();
  await FILES.put(keyOf(place, name), text);
  return name;
}

const contacts = z.array(z.custom<Contact>((value) => contact.shape.id.safeParse(typeof value === "object" && value !== null && "id" in value ? value.id : null).success));

/** The contacts of a piece; none where it is gone. */
export async function readContacts({ FILES }: Files, place: Place, name: string): Promise<readonly Contact[]> {
  const object = await FILES.get(keyOf(place, name));
  return object ? contacts.parse(await object.json()) : [];
}

/** The text of an object; empty where it is gone. */
export const readText = async ({ FILES }: Files, place: Place, name: string): Promise<string> => (await (await FILES.get(keyOf(place, name)))?.text()) ?? "";

const PER_LIST = 1_000;
const LISTS = 10;

/** Deletes objects of an export, up to a bound; answers whether none is left. */
export async function deleteAll({ FILES }: Files, place: Place): Promise<boolean> {
  for (let i = 0; i < LISTS; i += 1) {
    const { objects, truncated } = await FILES.list({ prefix: folderOf(place), limit: PER_LIST });
    if (objects.length > 0) await FILES.delete(objects.map(({ key }) => key));
    if (!truncated) return true;
  }
  return false;
}

/** The bytes of a part. Throws where it is gone: half a file is none. */
export async function openPart({ FILES }: Files, place: Place, name: string): Promise<ReadableStream<Uint8Array>> {
  const object = await FILES.get(keyOf(place, name));
  if (!object) throw new Error("a part of an export is gone");
  return object.body;
}
