// What the log says of privacy requests: that they are there and what became of them, never whom they are about.
import type { DataCtx } from "../platform/context";
import type { EventDraft } from "../platform/events";
import type { PrivacyRequestRow } from "./store";

type What = "created" | "extended" | "rejected" | "canceled" | "processing" | "completed" | "fetched" | "suppression_lifted";

export const eventOf = ({ space }: Pick<DataCtx, "space">, what: What, { id, version, type, regulation, due_at: due }: PrivacyRequestRow): EventDraft => ({
  type: `privacy_request.${what}`, subject: id, version, data: { type, regulation, due_at: due }, location: space.location, environment: space.environment, space: space.id,
});
