// What no vCard has a property for: ids in other systems, and custom fields.
import { exactly } from "./exact";
import { param, type Property } from "./line";
import type { View } from "./view";

/** What our own cards are called; nobody's id in another system. */
export const OWN_UID = "urn:connectkit:";
const MAX_ID = 255;

export function externalIdsOf(view: View): Readonly<Record<string, string>> {
  const [uid] = view.read("UID", (property) => {
    const id = exactly(property, null).parts[0] ?? "";
    return id.length > MAX_ID ? null : id;
  });
  return Object.fromEntries([...(uid === undefined || uid.startsWith(OWN_UID) ? [] : [["vcard", uid]]), ...view.all("X-CONNECTKIT-EXTERNAL-ID").flatMap((property) => keyed(property, "X-SYSTEM"))]);
}

export const customOf = (view: View): Readonly<Record<string, unknown>> =>
  Object.fromEntries(view.all("X-CONNECTKIT-CUSTOM").flatMap((property) => keyed(property, "X-KEY")).map(([key, text]) => [key, valueOf(text)]));

function keyed(property: Property, name: string): [string, string][] {
  const key = param(property, name);
  return key === null ? [] : [[key, exactly(property, null).parts[0] ?? ""]];
}

/** Values are JSON; what is none was written by hand, and is a text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
