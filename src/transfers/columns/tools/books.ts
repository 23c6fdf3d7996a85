// LinkedIn's connections and Thunderbird's address book, headers from public samples; and our own generic export, whose
// columns are called by their targets.
import { targetOf } from "../targets";
import { nothing, type Tool } from "./tool";

/** Before its header stand lines of `Notes:`; `headerAt` passes over them. */
export const linkedin: Tool = {
  name: "linkedin",
  signs: [["First Name", "Last Name", "Email Address", "Connected On"], ["First Name", "Last Name", "Position", "Connected On"]],
  columns: { "First Name": "first_name", "Last Name": "last_name", URL: "url.linkedin", "Email Address": "email", Company: "company", Position: "job_title" },
  unplaced: ["Connected On"],
};

/** US and UK builds differ in spelling, versions in a space. */
export const thunderbird: Tool = {
  name: "thunderbird",
  signs: [["First Name", "Last Name", "Display Name", "Primary Email"], ["Display Name", "Primary Email", "Secondary Email"]],
  columns: {
    "First Name": "first_name", "Last Name": "last_name", "Display Name": "full_name", "Primary Email": "email", "Secondary Email": "email", "Work Phone": "phone.work", "Home Phone": "phone.home", "Fax Number": "phone.fax", "Pager Number": "phone.pager", "Mobile Number": "phone.mobile",
    ...Object.fromEntries(
      ["Home", "Work"].flatMap((place) =>
        Object.entries({ Address: "line1", "Address 2": "line2", Address2: "line2", City: "city", State: "region", County: "region", ZipCode: "postal_code", Zip: "postal_code", "Post Code": "postal_code", Country: "country" }).map(([header, part]) => [`${place} ${header}`, `address.${place.toLowerCase()}.${part}`]),
      ),
    ),
    "Job Title": "job_title", Organization: "company", Organisation: "company", "Web Page 1": "url.work", "Web Page 2": "url.home", "Birth Year": "birthday.year", "Birth Month": "birthday.month", "Birth Day": "birthday.day",
    ...nothing("Screen Name"),
  },
  unplaced: ["Nickname", "Department", "Custom 1", "Custom 2", "Custom 3", "Custom 4", "Notes"],
};

/** What the generic export tells and nobody can write. */
const READ_ONLY = /^(?:version|status|lists|source|created_at|updated_at|archived_at|email\.\d+\.state)$/;

/** A mapping of columns that are all called by their targets; null: not all are. */
export function generic(columns: readonly string[]): Record<string, string | null> | null {
  const named = columns.map((column): [string, string | null] => [column, READ_ONLY.test(column) ? null : column]);
  const targets = named.map(([, target]) => (target === null ? null : targetOf(target)));
  const holds = named.every(([, target], i) => target === null || targets[i] !== null) && targets.some((target) => target !== null);
  return holds ? Object.fromEntries(named) : null;
}
