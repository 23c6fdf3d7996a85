// The operations that count.
import { bare, onSpace, type Endpoint } from "../platform/endpoint";
import * as reports from "./reports";
import { contactReport, fieldNotFilterable, reportQuery, type ContactReport } from "./schema";

const example: ContactReport = {
  group_by: "tag",
  total: 1_204,
  groups: [
    { value: "vip", label: "VIP", count: 310 },
    { value: "board", label: "Board", count: 12 },
  ],
  other: { groups: 0, count: 0 },
};

export const routes: readonly Endpoint[] = [
  onSpace({
    ...bare,
    id: "reports.contacts",
    method: "GET",
    path: "/v1/reports/contacts",
    tag: "Reports",
    summary: "Count contacts",
    description:
      "How many live contacts of a location there are of each tag, list, country, source, language, state of their e-mail addresses, consent (by channel, topic and state), value of a filterable custom field, or day or month of creation (UTC). It is exact, and as of one moment.",
    scope: "reports:read",
    query: reportQuery,
    answers: { 200: { description: "The counts.", schema: contactReport, example } },
    problems: [fieldNotFilterable],
    run: (ctx, { query: { group_by: grouping, from, to } }) => reports.contacts(ctx, { grouping, from, to }),
  }),
];
