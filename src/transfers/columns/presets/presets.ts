// All exports by name, and a contact as the line of one: its cells, and what of it found no place.
import { topicsOf, type Bounds } from "./bounds";
import { google, outlook, phonesPlaced } from "./books";
import { generic } from "./generic";
import { brevo, hubspot, klaviyo, mailchimp, sendgrid } from "./mailers";
import { HELD, type Cell, type Exported, type Fields, type Held, type Line, type Preset, type Warning } from "./preset";

export const PRESETS = { generic, mailchimp, klaviyo, sendgrid, brevo, hubspot, google, outlook } as const;
export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = ["generic", "mailchimp", "klaviyo", "sendgrid", "brevo", "hubspot", "google", "outlook"] as const satisfies readonly PresetName[];

export interface Prepared {
  readonly headers: readonly string[];
  readonly line: (contact: Exported) => Line;
}

/** The columns of a preset for contacts of these bounds, made once. */
export function prepared(preset: Preset, bounds: Bounds, fields: Fields): Prepared {
  const columns = preset.columns(bounds, fields);
  const holds = preset.holds(bounds);
  return { headers: columns.map(([header]) => header), line: (contact) => lineOf(preset, columns, holds, bounds, contact) };
}

function lineOf(preset: Preset, columns: readonly Cell[], holds: ReturnType<Preset["holds"]>, bounds: Bounds, contact: Exported): Line {
  const warnings: Warning[] = HELD.filter((member) => COUNTS[member](contact, bounds) > (holds[member] ?? 0)).map((member) => ({ code: "left_out", member }));
  if (preset === outlook && phonesPlaced(contact.phones) < contact.phones.length) warnings.push({ code: "left_out", member: "phones" });
  if (preset === outlook && contact.birthday?.startsWith("--")) warnings.push({ code: "left_out", member: "birthday" });
  const cells = columns.map(([header, value]) => {
    const cell = value(contact);
    const limit = preset.limit_bytes;
    // Tags are taken one by one, whatever their sum.
    if (limit === undefined || cell.length * 3 <= limit || header === "Tags" || encoder.encode(cell).length <= limit) return cell;
    warnings.push({ code: "cut_off", member: header });
    return cut(cell, limit);
  });
  return { cells, warnings };
}

const size = (value: string | null): number => (value === null ? 0 : 1);

/** How much of a member a contact has; of records only what the bounds have no column for counts beyond them. */
const COUNTS: Readonly<Record<Held, (contact: Exported, bounds: Bounds) => number>> = {
  company: ({ company }) => size(company),
  job_title: (contact) => size(contact.job_title),
  emails: ({ emails }) => emails.length,
  phones: ({ phones }) => phones.length,
  addresses: ({ addresses }) => addresses.length,
  birthday: ({ birthday }) => size(birthday),
  language: ({ language }) => size(language),
  timezone: ({ timezone }) => size(timezone),
  urls: ({ urls }) => urls.length,
  tags: ({ tags }) => tags.length,
  external_ids: (contact, { systems }) => beyond(Object.keys(contact.external_ids), systems),
  custom: ({ custom }) => Object.keys(custom).length,
  consent: (contact, { topics }) => beyond(topicsOf(contact), topics),
};

/** All of them, and more than any columns where one has none. */
const beyond = (names: readonly string[], known: readonly string[]): number => (names.every((name) => known.includes(name)) ? names.length : known.length + 1);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** At most so many bytes of UTF-8; no character is cut in two. */
function cut(text: string, bytes: number): string {
  let end = bytes;
  const all = encoder.encode(text);
  while (end > 0 && ((all[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return decoder.decode(all.subarray(0, end));
}
