// The export that loses nothing and reads back as the same: every column is called by its target.
import { EMPTY, together } from "../values/tags";
import { ANY, type Cell, type Preset } from "./preset";

const ADDRESS = ["label", "line1", "line2", "city", "region", "postal_code", "country"] as const;
const each = (count: number, cells: (n: number) => readonly Cell[]): readonly Cell[] => Array.from({ length: count }, (_, n) => cells(n)).flat();
const yes = (value: boolean | undefined): string => (value === undefined ? "" : value ? "true" : "");

const customText = (value: unknown): string => (value === undefined || value === null ? "" : Array.isArray(value) ? (value.length === 0 ? EMPTY : together(value.map(String), ",")) : typeof value === "string" ? value : JSON.stringify(value));

export const generic: Preset = {
  name: "generic", reader: "people", only_marketable: false,
  columns: (bounds, fields) => [
    ["id", ({ id }) => id], ["status", ({ status }) => status], ["first_name", (contact) => contact.first_name ?? ""], ["last_name", (contact) => contact.last_name ?? ""], ["company", (contact) => contact.company ?? ""], ["job_title", (contact) => contact.job_title ?? ""],
    ...each(bounds.emails, (n) => [
      [`email.${n + 1}`, ({ emails }) => emails[n]?.value ?? ""], [`email.${n + 1}.label`, ({ emails }) => emails[n]?.label ?? ""], [`email.${n + 1}.primary`, ({ emails }) => yes(emails[n]?.primary)], [`email.${n + 1}.state`, ({ emails }) => emails[n]?.state ?? ""],
    ]),
    ...each(bounds.phones, (n) => [
      [`phone.${n + 1}`, ({ phones }) => phones[n]?.value ?? ""], [`phone.${n + 1}.label`, ({ phones }) => phones[n]?.label ?? ""], [`phone.${n + 1}.primary`, ({ phones }) => yes(phones[n]?.primary)], [`phone.${n + 1}.raw`, ({ phones }) => phones[n]?.raw ?? ""],
    ]),
    ...each(bounds.addresses, (n) => ADDRESS.map((part): Cell => [`address.${n + 1}.${part}`, ({ addresses }) => addresses[n]?.[part] ?? ""])),
    ...each(bounds.urls, (n) => [[`url.${n + 1}`, ({ urls }) => urls[n]?.value ?? ""], [`url.${n + 1}.label`, ({ urls }) => urls[n]?.label ?? ""]]),
    ["birthday", ({ birthday }) => birthday ?? ""], ["language", ({ language }) => language ?? ""], ["timezone", ({ timezone }) => timezone ?? ""], ["tags", ({ tags }) => together(tags, ",")],
    ...bounds.systems.map((system): Cell => [`external_id.${system}`, (contact) => contact.external_ids[system] ?? ""]),
    ...Array.from(fields.keys(), (key): Cell => [`custom.${key}`, ({ custom }) => customText(custom[key])]),
    ...bounds.topics.map((name): Cell => {
      const [channel = "", topic = ""] = name.split(".");
      return [`consent.${name}`, ({ consent }) => consent[channel]?.[topic] ?? ""];
    }),
    ["lists", ({ lists }) => lists.join(",")], ["created_at", (contact) => contact.created_at], ["updated_at", (contact) => contact.updated_at],
  ],
  holds: ({ emails, phones, addresses, urls, systems, topics }) => ({
    company: 1, job_title: 1, birthday: 1, language: 1, timezone: 1, tags: ANY, custom: ANY, emails, phones, addresses, urls, external_ids: systems.length, consent: topics.length,
  }),
};
