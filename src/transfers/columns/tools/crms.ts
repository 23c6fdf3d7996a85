// HubSpot, HighLevel and Salesforce. Labels from their own exports as public samples show them; those of Salesforce from
// its standard reports and its Data Loader; what an account has renamed is an unknown column.
import { nothing, type Tool } from "./tool";

export const hubspot: Tool = {
  name: "hubspot",
  signs: [["Record ID", "Email"], ["Record ID", "First Name", "Last Name"], ["First Name", "Last Name", "Email", "Lifecycle Stage"], ["Email", "Website URL", "State/Region"]],
  columns: {
    "Record ID": "external_id.hubspot", "First Name": "first_name", "Last Name": "last_name", Email: "email", "Additional email addresses": "email", "Work email": "email.work",
    "Phone Number": "phone", "Mobile Phone Number": "phone.mobile", "Fax Number": "phone.fax", "WhatsApp Phone Number": "phone.whatsapp", "Company Name": "company", "Associated Company": "company", "Job Title": "job_title",
    "Website URL": "url", "LinkedIn URL": "url.linkedin", "Street Address": "address.line1", "Street Address 2": "address.line2", City: "address.city", "State/Region": "address.region", "Postal Code": "address.postal_code", "Country/Region": "address.country",
    "Date of birth": "birthday", "Preferred language": "language", "Time Zone": "timezone",
    "Unsubscribed from all email": "opt_out.email.marketing", "Email hard bounce reason": "opt_out.email.marketing", "Opted out of all email": "opt_out.email.marketing",
    ...nothing("Salutation,Create Date,Last Activity Date,Last Modified Date,Contact owner,Associated Company IDs,Associated Deal IDs,Associated Deal,Original Source,Marketing contact status,Country/Region Code,State/Region Code,Email Domain"),
  },
  unplaced: ["Lifecycle Stage", "Lead Status", "Industry", "Gender", "Persona"],
};

export const highlevel: Tool = {
  name: "highlevel",
  signs: [["Contact Id", "Last Activity"], ["Contact Id", "First Name", "Tags"], ["Contact Id", "Opportunities"]],
  columns: {
    "Contact Id": "external_id.highlevel", "First Name": "first_name", "Last Name": "last_name", Name: "full_name", "Company Name": "company", "Business Name": "company", Phone: "phone", "Additional Phones": "phone", Email: "email", "Additional Emails": "email",
    Tags: "tags.comma", "Street Address": "address.line1", Address: "address.line1", City: "address.city", State: "address.region", "Postal Code": "address.postal_code", Country: "address.country", Website: "url", "Date of Birth": "birthday", "Birth Date": "birthday", Timezone: "timezone", DND: "opt_out",
    ...nothing("Created,Updated,Last Activity,Opportunities,Assigned To,Assigned,Owner"),
  },
  unplaced: ["Source", "Contact Type", "Type", "Notes"],
};

const MAILING = { "Mailing Street": "line1", "Mailing City": "city", "Mailing State/Province": "region", "Mailing State": "region", "Mailing Zip/Postal Code": "postal_code", "Mailing Postal Code": "postal_code", "Mailing Country": "country" } as const;
const address = (from: string, to: string, label: string): Record<string, string> =>
  Object.fromEntries(Object.entries(MAILING).flatMap(([header, part]) => [header, header.replaceAll(" ", "")].map((one) => [one.replace(from, to), `address.${label}.${part}`])));

export const salesforce: Tool = {
  name: "salesforce",
  signs: [["Last Name", "Account Name"], ["Last Name", "Mailing Street"], ["Last Name", "Company / Account"], ["LastName", "MailingStreet"], ["Id", "LastName", "AccountId"], ["Id", "LastName", "IsConverted"], ["Contact ID", "Last Name", "Email"]],
  columns: {
    "Contact ID": "external_id.salesforce", "Lead ID": "external_id.salesforce", Id: "external_id.salesforce", "First Name": "first_name", FirstName: "first_name", "Middle Name": "middle_name", MiddleName: "middle_name", "Last Name": "last_name", LastName: "last_name", "Full Name": "full_name", Name: "full_name",
    Title: "job_title", "Account Name": "company", "Account.Name": "company", "Company / Account": "company", Company: "company", Email: "email", Phone: "phone.work", "Business Phone": "phone.work", Mobile: "phone.mobile", MobilePhone: "phone.mobile", "Home Phone": "phone.home", HomePhone: "phone.home", "Other Phone": "phone.other", OtherPhone: "phone.other", Fax: "phone.fax",
    ...address("", "", "mailing"), ...address("Mailing", "Other", "other"), Street: "address.line1", City: "address.city", "State/Province": "address.region", State: "address.region", "Zip/Postal Code": "address.postal_code", PostalCode: "address.postal_code", Country: "address.country",
    Birthdate: "birthday", Website: "url", "Email Opt Out": "opt_out.email.marketing", HasOptedOutOfEmail: "opt_out.email.marketing", "Do Not Call": "opt_out.phone.marketing", DoNotCall: "opt_out.phone.marketing", EmailBouncedReason: "opt_out.email.marketing",
    ...nothing("Salutation,Suffix,Assistant,Assistant Phone,AssistantName,AssistantPhone,Reports To,Contact Owner,Lead Owner,Account Owner,OwnerId,AccountId,ReportsToId,MasterRecordId,IsDeleted,CreatedDate,CreatedById,LastModifiedDate,LastModifiedById,SystemModstamp,LastActivityDate,Created Date,Last Activity,Last Modified Date"),
  },
  unplaced: ["Department", "Lead Source", "LeadSource", "Lead Status", "Status", "Industry", "Rating", "Description"],
};
