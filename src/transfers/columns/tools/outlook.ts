// Outlook: the web's 57 columns, the desktop's export, and the "Outlook CSV" that Google writes. Headers are from public
// samples; the three share their names, and are told apart by the order that only files have, so they are one table.
import { nothing, type Tool } from "./tool";

const PLACES = { Business: "work", Home: "home", Other: "other" } as const;

const addresses: Record<string, string> = Object.fromEntries(
  Object.entries(PLACES).flatMap(([place, label]) => [
    [`${place} Street`, `address.${label}.line1`],
    [`${place} Street 2`, `address.${label}.line2`],
    [`${place} Street 3`, `address.${label}.line2`],
    [`${place} Address PO Box`, `address.${label}.line2`],
    [`${place} City`, `address.${label}.city`],
    [`${place} State`, `address.${label}.region`],
    [`${place} Postal Code`, `address.${label}.postal_code`],
    [`${place} Country/Region`, `address.${label}.country`],
    [`${place} Country`, `address.${label}.country`],
    [`${place} Address`, `address.${label}.text`],
  ]),
);

const columns: Tool["columns"] = {
  "First Name": "first_name", "Middle Name": "middle_name", "Last Name": "last_name", Company: "company", "Job Title": "job_title",
  "E-mail Address": "email", "E-mail 2 Address": "email", "E-mail 3 Address": "email",
  "Mobile Phone": "phone.mobile", "Primary Phone": "phone.main", "Home Phone": "phone.home", "Home Phone 2": "phone.home", "Business Phone": "phone.work", "Business Phone 2": "phone.work",
  "Company Main Phone": "phone.company", "Car Phone": "phone.car", "Other Phone": "phone.other", "Radio Phone": "phone.radio", "TTY/TDD Phone": "phone.tty", Pager: "phone.pager",
  "Business Fax": "phone.work fax", "Home Fax": "phone.home fax", "Other Fax": "phone.other fax",
  ...addresses, Birthday: "birthday", Language: "language", Categories: "tags.semicolon", "Web Page": "url", "Personal Web Page": "url.home",
  ...nothing("Title,Suffix,Initials,Gender,Given Yomi,Surname Yomi,Company Yomi,Callback,Telex,ISDN,IMAddress,Manager's Name,Assistant's Name,Assistant's Phone,Account,Billing Information,Directory Server"),
  ...nothing("E-mail Type,E-mail Display Name,E-mail 2 Type,E-mail 2 Display Name,E-mail 3 Type,E-mail 3 Display Name,Internet Free Busy,Government ID Number,Organizational ID Number,Mileage,Priority,Private,Sensitivity"),
};
const unplaced = "Nickname,Department,Office Location,Spouse,Children,Schools,Hobby,Location,Anniversary,Notes,Profession,Referred By,Keywords,User 1,User 2,User 3,User 4".split(",");

export const outlook: Tool = { name: "outlook", signs: [["First Name", "E-mail Address", "Business Phone"], ["First Name", "E-mail Address", "Mobile Phone"], ["First Name", "E-mail Address", "E-mail 2 Address"], ["First Name", "E-mail Address", "Business Street"]], columns, unplaced };
