// Mailchimp, Klaviyo, Brevo and SendGrid: the headers of their import guides and of their own exports. Where one tells
// that somebody is out, that counts; that somebody is in never does.
import { nothing, type Tool } from "./tool";

export const mailchimp: Tool = {
  name: "mailchimp",
  signs: [["Email Address", "MEMBER_RATING"], ["Email Address", "LEID", "EUID"], ["Email Address", "First Name", "Last Name", "Phone Number", "Birthday", "Tags"], ["Email Address", "OPTIN_TIME"], ["Email Address", "TAGS"]],
  columns: {
    "Email Address": "email", "First Name": "first_name", "Last Name": "last_name", Address: "address.text", "Phone Number": "phone", "SMS Phone Number": "phone.mobile", Birthday: "birthday", Company: "company", Tags: "tags.comma", EUID: "external_id.mailchimp", TIMEZONE: "timezone",
    UNSUB_TIME: "opt_out.email.marketing", CLEAN_TIME: "opt_out.email.marketing",
    // Where they read their mail, guessed from an IP address, is no address.
    ...nothing("MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,CC,REGION,LAST_CHANGED,LEID"),
    ...nothing("UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID"),
  },
  unplaced: ["NOTES"],
  date_order: "mdy",
};

export const klaviyo: Tool = {
  name: "klaviyo",
  signs: [["Email", "Klaviyo ID"], ["Email", "Email Marketing Consent"], ["Email Address", "Email Marketing Consent"], ["Email", "SMS Marketing Consent"]],
  columns: {
    Email: "email", "Email Address": "email", "Phone Number": "phone", "First Name": "first_name", "Last Name": "last_name", Organization: "company", Title: "job_title", Address: "address.line1", "Address 2": "address.line2", City: "address.city", Region: "address.region", "State / Region": "address.region", "Zip Code": "address.postal_code", Country: "address.country",
    "Klaviyo ID": "external_id.klaviyo", Birthday: "birthday", Locale: "language", Timezone: "timezone", "Email Marketing Consent": "consent.email.marketing", "SMS Marketing Consent": "consent.sms.marketing", "SMS Transactional Consent": "consent.sms.transactional", "WhatsApp Marketing Consent": "consent.whatsapp.marketing",
    "Email Suppressions": "opt_out.email.marketing",
    ...nothing("Email Marketing Consent Timestamp,SMS Marketing Consent Timestamp,Latitude,Longitude,IP Address,Historic Customer Lifetime Value,Total Customer Lifetime Value,Predicted Customer Lifetime Value,Average Order Value,Historic Number Of Orders,First Active,Last Active,Profile Created On,Date Added,Last Open,Last Click,Average Days Between Orders,Image"),
  },
  unplaced: ["Source", "External ID"],
};

export const brevo: Tool = {
  name: "brevo",
  signs: [["EMAIL", "FIRSTNAME"], ["EMAIL", "LASTNAME"], ["EMAIL", "PRENOM"], ["EMAIL", "VORNAME"], ["EMAIL", "NOMBRE"], ["EMAIL", "SMS"], ["EMAIL", "EXT_ID"]],
  columns: {
    EMAIL: "email", FIRSTNAME: "first_name", PRENOM: "first_name", VORNAME: "first_name", NOMBRE: "first_name", LASTNAME: "last_name", NOM: "last_name", NACHNAME: "last_name", APELLIDOS: "last_name", SMS: "phone.mobile", WHATSAPP: "phone.whatsapp", LANDLINE_NUMBER: "phone.landline",
    EXT_ID: "external_id.brevo", JOB_TITLE: "job_title", COMPANY: "company", BIRTHDAY: "birthday", LANGUAGE: "language", TIMEZONE: "timezone", CONTACT_TIMEZONE: "timezone", EMAIL_BLACKLISTED: "opt_out.email.marketing", BLACKLISTED: "opt_out.email.marketing", SMS_BLACKLISTED: "opt_out.sms.marketing", WHATSAPP_BLACKLISTED: "opt_out.whatsapp.marketing",
    ...nothing("CONTACT ID,ID,ADDED_TIME,MODIFIED_TIME,DOUBLE_OPT-IN,OPT_IN,LISTS"),
  },
  unplaced: ["LINKEDIN"],
};

const SENDGRID: Tool["columns"] = {
  email: "email", alternate_emails: "email", first_name: "first_name", last_name: "last_name", address_line_1: "address.line1", address_line_2: "address.line2", city: "address.city", state_province_region: "address.region", postal_code: "address.postal_code", country: "address.country",
  phone_number_id: "phone", phone_number: "phone", whatsapp: "phone.whatsapp", external_id: "external_id.sendgrid",
  ...nothing("anonymous_id,line,facebook,created_at,updated_at,contact_id"),
};
const SIGNS = [["email", "phone_number_id"], ["email", "address_line_1"], ["email", "anonymous_id"], ["email", "state_province_region"]];

export const sendgrid: Tool = { name: "sendgrid", signs: [...SIGNS, ...[...SIGNS, ["email", "alternate_emails"]].map((sign) => sign.map((header) => header.toUpperCase()))], columns: SENDGRID, unplaced: ["unique_name"], date_order: "mdy" };
