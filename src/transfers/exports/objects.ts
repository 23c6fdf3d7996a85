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

export const folderOf = ({ space, export: id }: Place): string => `exports/${space}/${id}/`;
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

/** The bytes of a part. Throws where it is gone: half a file is none. */
export async function openPart({ FILES }: Files, place: Place, name: string): Promise<ReadableStream<Uint8Array>> {
  const object = await FILES.get(keyOf(place, name));
  if (!object) throw new Error("a part of an export is gone");
  return object.body;
}
