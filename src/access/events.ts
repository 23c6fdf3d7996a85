// What the log says of access requests.
import type { EventDraft } from "../platform/events";
import { recipientOf } from "./jwk";
import type { ListedRequestRow, AccessRequestRow } from "./store";

/** An event of a request, with the status that it left. */
export const event = (row: AccessRequestRow, what: string, before?: AccessRequestRow): EventDraft => ({
  type: `access_request.${what}`,
  subject: row.id,
  version: row.version,
  environment: "live",
  ...(before ? { changes: { status: { from: before.status, to: row.status } } } : {}),
});

/** The same on the vendor's side: about its integration, for it can't see the request. */
export const forVendor = (draft: EventDraft, row: ListedRequestRow): EventDraft => ({ ...draft, ...(row.vendor_id === null ? {} : { org: row.vendor_id }), subject: row.integration_id ?? draft.subject });

export const about = (row: ListedRequestRow) => ({ name: row.name, integration: row.integration_id });

export const thumbprintOf = async (row: AccessRequestRow): Promise<string | null> => (row.public_jwk === null ? null : (await recipientOf(row.public_jwk)).thumbprint);
