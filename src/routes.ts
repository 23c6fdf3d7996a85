// Every endpoint of the product, one list: it drives routing, authentication, metering, validation, the OpenAPI
// document and the sweep tests.
import { routes as access } from "./access/routes";
import { routes as activities } from "./activities/routes";
import { routes as streams } from "./activities/stream-routes";
import { routes as audit } from "./audit/routes";
import { routes as batch } from "./contacts/batch/routes";
import { routes as bulk } from "./contacts/bulk/routes";
import { routes as duplicates } from "./contacts/duplicates/routes";
import { routes as members } from "./contacts/lists/routes";
import { routes as merges } from "./contacts/merge/routes";
import { routes as conversions } from "./contacts/conversions/routes";
import { routes as removals } from "./contacts/removals/routes";
import { routes as consents } from "./consents/routes";
import { routes as history } from "./contacts/history/routes";
import { routes as contacts } from "./contacts/routes";
import { routes as segments } from "./contacts/segments/routes";
import { routes as search } from "./contacts/search/routes";
import { routes as fields } from "./fields/routes";
import { lifeRoutes } from "./keys/life-routes";
import { routes as jobs } from "./jobs/routes";
import { routes as keys } from "./keys/routes";
import { routes as lists } from "./lists/routes";
import { routes as notices } from "./notices/routes";
import { routes as orgs } from "./orgs/routes";
import type { Endpoint } from "./platform/endpoint";
import { routes as sandbox } from "./sandbox/routes";
import { routes as privacy } from "./privacy/routes";
import { routes as reports } from "./reports/routes";
import { routes as tags } from "./tags/routes";
import { routes as exports } from "./transfers/exports/routes";
import { routes as imports } from "./transfers/imports/routes";
import { routes as usage } from "./usage/routes";

export const routes: readonly Endpoint[] = [
  ...access,
  ...keys,
  ...lifeRoutes(() => routes),
  ...orgs,
  ...search,
  ...batch,
  ...bulk,
  ...duplicates,
  ...merges,
  ...contacts,
  ...history,
  ...consents,
  ...activities,
  ...streams,
  ...fields,
  ...tags,
  ...lists,
  ...members,
  ...removals,
  ...conversions,
  ...segments,
  ...imports,
  ...exports,
  ...jobs,
  ...sandbox,
  ...reports,
  ...privacy,
  ...usage(() => routes),
  ...audit,
  ...notices,
];
