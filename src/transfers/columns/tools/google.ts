// Google Contacts: its CSV since 2024 and the one before. Headers are from public samples.
import { nothing, type Tool } from "./tool";

const PHONETIC = "Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,Name Prefix,Name Suffix,Initials,Short Name,Maiden Name,File As,Photo,Gender";
const UNPLACED = ["Nickname", "Notes", "Organization Department"];

/** `label` is called `Type` before 2024. */
const blocks = (label: string): NonNullable<Tool["blocks"]> => [
  [new RegExp(`^E-mail (\\d+) - ${label}$`), "email.$1.label"],
  [/^E-mail (\d+) - Value$/, "email.$1"],
  [new RegExp(`^Phone (\\d+) - ${label}$`), "phone.$1.label"],
  [/^Phone (\d+) - Value$/, "phone.$1"],
  [new RegExp(`^Address (\\d+) - ${label}$`), "address.$1.label"],
  [/^Address (\d+) - Formatted$/, "address.$1.text"],
  [/^Address (\d+) - Street$/, "address.$1.line1"],
  [/^Address (\d+) - (?:Extended Address|PO Box)$/, "address.$1.line2"],
  [/^Address (\d+) - City$/, "address.$1.city"],
  [/^Address (\d+) - Region$/, "address.$1.region"],
  [/^Address (\d+) - Postal Code$/, "address.$1.postal_code"],
  [/^Address (\d+) - Country$/, "address.$1.country"],
  [new RegExp(`^Website (\\d+) - ${label}$`), "url.$1.label"],
  [/^Website (\d+) - Value$/, "url.$1"],
  [/^(?:Event|IM|Relation|Calendar Link|Jot|Custom Field) \d+ - /, null],
];

export const google: Tool = {
  name: "google",
  signs: [["First Name", "Last Name", "Labels"], ["First Name", "File As", "Organization Name"], ["First Name", "E-mail 1 - Value"], ["First Name", "Phone 1 - Value"]],
  columns: { "First Name": "first_name", "Middle Name": "middle_name", "Last Name": "last_name", "Organization Name": "company", "Organization Title": "job_title", Birthday: "birthday", Labels: "tags.colons", ...nothing(PHONETIC) },
  unplaced: UNPLACED,
  blocks: blocks("Label"),
};

export const googleLegacy: Tool = {
  name: "google_legacy",
  signs: [["Given Name", "Family Name", "Group Membership"], ["Name", "Given Name", "E-mail 1 - Value"], ["Name", "Given Name", "Phone 1 - Value"]],
  columns: {
    "Given Name": "first_name", "Additional Name": "middle_name", "Family Name": "last_name", Name: "full_name", Birthday: "birthday", Language: "language", "Group Membership": "tags.colons",
    "Organization 1 - Name": "company", "Organization 1 - Title": "job_title", ...nothing(PHONETIC),
    ...nothing("Location,Billing Information,Directory Server,Mileage,Sensitivity,Priority,Subject,Organization 1 - Type,Organization 1 - Yomi Name,Organization 1 - Symbol,Organization 1 - Location,Organization 1 - Job Description"),
  },
  unplaced: [...UNPLACED, "Occupation", "Hobby", "Organization 1 - Department"],
  blocks: blocks("Type"),
};
