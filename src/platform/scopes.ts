// The vocabulary of permissions: what an endpoint can demand and a key can hold.

export const SCOPES = [
  "contacts:read", "contacts:write", "contacts:delete", "fields:write", "tags:write", "lists:write",
  "activities:read", "activities:write", "consents:write", "imports:write", "exports:write", "events:read",
  "webhooks:read", "webhooks:write", "rules:read", "rules:write", "audit:read", "usage:read", "reports:read",
  "privacy:read", "privacy:write", "keys:read", "keys:write", "keys:introspect", "org:read", "org:write",
] as const;
export type Scope = (typeof SCOPES)[number];

const known = new Set<string>(SCOPES);
export const isScope = (text: string): text is Scope => known.has(text);
