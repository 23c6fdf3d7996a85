// The tables of `docs/transfers.md` that tell what is read from each tool's file and written for it, from the code's own tables.
import { PRESETS, PRESET_NAMES } from "../src/transfers/columns/presets/presets";
import { NARROW } from "../src/transfers/columns/presets/bounds";
import type { Held } from "../src/transfers/columns/presets/preset";
import { TOOLS } from "../src/transfers/columns/recognised";
import { targetOf, TARGETS, type Target } from "../src/transfers/columns/targets";

const TITLES: Readonly<Record<string, string>> = { google: "Google", google_legacy: "Google before 2024", outlook: "Outlook", hubspot: "HubSpot", mailchimp: "Mailchimp", klaviyo: "Klaviyo", brevo: "Brevo", sendgrid: "SendGrid", highlevel: "HighLevel", salesforce: "Salesforce", linkedin: "LinkedIn", thunderbird: "Thunderbird" };

const ROWS: readonly (readonly [title: string, read: (target: Target) => boolean, held: Held | "name"])[] = [
  ["name", ({ to }) => to === "name", "name"],
  ["company", (target) => target.to === "scalar" && target.member === "company", "company"],
  ["job title", (target) => target.to === "scalar" && target.member === "job_title", "job_title"],
  ["e-mails", (target) => target.to === "item" && target.kind === "emails", "emails"],
  ["phones", (target) => target.to === "item" && target.kind === "phones", "phones"],
  ["addresses", ({ to }) => to === "address", "addresses"],
  ["birthday", (target) => target.to === "birthday" || (target.to === "scalar" && target.member === "birthday"), "birthday"],
  ["language", (target) => target.to === "scalar" && target.member === "language", "language"],
  ["time zone", (target) => target.to === "scalar" && target.member === "timezone", "timezone"],
  ["URLs", (target) => target.to === "item" && target.kind === "urls", "urls"],
  ["tags", ({ to }) => to === "tags", "tags"],
  ["external id", ({ to }) => to === "external_id", "external_ids"],
  ["consent", ({ to }) => to === "consent" || to === "opt_out", "consent"],
];

const table = (rows: readonly (readonly string[])[]): string => rows.flatMap((row, i) => [`| ${row.join(" | ")} |`, ...(i === 0 ? [`|${"---|".repeat(row.length)}`] : [])]).join("\n");

/** `in`: read from its files; `out`: written for it. */
export function coverage(): string {
  const tools = TOOLS.toSorted((a, b) => (TITLES[a.name] ?? "").localeCompare(TITLES[b.name] ?? ""));
  const wide = { ...NARROW, emails: 1, phones: 1, addresses: 1, urls: 1 };
  const body = tools.map((tool) => {
    const targets = [...Object.values(tool.columns), ...(tool.blocks ?? []).map(([, target]) => target?.replace("$1", "1") ?? null)].flatMap((name) => (name === null ? [] : (targetOf(name) ?? [])));
    const written = PRESET_NAMES.find((name) => name === tool.name);
    const holds = written === undefined ? null : PRESETS[written].holds(wide);
    return [TITLES[tool.name] ?? tool.name, ...ROWS.map(([, read, held]) => [targets.some(read) ? "in" : "", holds !== null && (held === "name" || (holds[held] ?? 0) > 0) ? "out" : ""].filter((word) => word !== "").join(" "))];
  });
  return table([["tool", ...ROWS.map(([title]) => title)], ...body]);
}

export const unplaced = (): string => table([["file of", "headers with a meaning that a contact has no member for"], ...TOOLS.map(({ name, unplaced: headers }) => [TITLES[name] ?? name, [...new Set(headers.map((header) => `\`${header}\``))].join(" ")])]);

export const targets = (): string => table([["target", "what the column holds"], ...TARGETS.map(([name, meaning]) => [name.split(", ").map((one) => `\`${one}\``).join(" "), meaning.replaceAll("|", "\\|")])]);
