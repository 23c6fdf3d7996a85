// What a key is and what is left of it: told to itself, to others who may ask, and to whoever tests a connection.
import { peek } from "../limits/admit";
import { missing, reaches, reachesAll } from "../orgs/reach";
import { rfc3339, SECOND } from "../platform/clock";
import type { KeyPrincipal, OrgCtx, Principal } from "../platform/context";
import type { Reply } from "../platform/endpoint";
import { notFound } from "../platform/problems";
import { hash, PlainSecret } from "../platform/secret";

import { isWellFormed } from "./format";
import * as known from "./principals";
import { keyOf } from "./render";
import type { Introspection, Me, Ping } from "./schema";
import { readKey } from "./store";

/** Whose the calling key is. */
export const tellOf = (ctx: OrgCtx): Reply<Ping> => {
  const { principal } = ctx;
  const { id: ref, last4, name } = calling(principal).key;
  return {
    status: 200,
    body: {
      ok: true,
      organization: ctx.org,
      location: principal.space?.location ?? null,
      environment: principal.environment,
      key: { ref, last4, name },
      scopes: [...principal.effective],
      time: rfc3339(ctx.now),
    },
  };
};

/** The endpoints that tell of the calling key are for keys only (`by`). */
function calling(principal: Principal): KeyPrincipal {
  if (!principal.key) throw new Error("a session where only a key can call");
  return principal;
}

export async function me(ctx: OrgCtx): Promise<Reply<Me>> {
  const { principal } = ctx;
  const [row, glance] = await Promise.all([readKey(ctx, principal.id), peek(ctx.env, principal)]);
  if (!row || !glance) throw notFound("No such key.");
  const { hour, burst, inflight } = glance;
  return {
    status: 200,
    body: {
      ...keyOf({ ...row, last_used_at: ctx.now, last_used_from: ctx.ip }),
      organization: ctx.org,
      remaining: { hour, burst, inflight },
    },
  };
}

const MAX_ROUNDS = 3;

/**
 * RFC 7662. What the caller may not know, for whatever reason, is exactly `{"active": false}`. The principal comes
 * from the caches; that it holds is the subject's gate's word, so `active` and `scope` are always current.
 */
export async function introspect(ctx: OrgCtx, token: string): Promise<Reply<Introspection>> {
  const subject = await subjectOf(ctx, token);
  const own = subject?.id === ctx.principal.id;
  const refusal = own ? null : missing(ctx.principal, "keys:introspect");
  if (refusal) throw refusal;
  if (!subject || !(own || withinReach(ctx.principal, subject)) || !isUsable(subject, ctx.trueNow + subject.aheadMs)) return { status: 200, body: { active: false } };
  return {
    status: 200,
    body: {
      active: true,
      scope: subject.effective.join(" "),
      client_id: subject.key.id,
      username: subject.owner.id,
      token_type: "Bearer",
      sub: subject.key.id,
      aud: subject.organization,
      iss: ctx.origin,
      ...(subject.expiresAt === null ? {} : { exp: Math.floor(subject.expiresAt / SECOND) }),
      organization: subject.organization,
      location: subject.space?.location ?? null,
      environment: subject.environment,
      last4: subject.key.last4,
    },
  };
}

/** The principal behind a token as its gate confirms it, or null. */
async function subjectOf(ctx: OrgCtx, token: string): Promise<KeyPrincipal | null> {
  if (!isWellFormed(token)) return null;
  const digest = hash(ctx.env.KEY_PEPPER, new PlainSecret(token));
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const remembered = round === 0 ? known.remembered(digest) : null;
    const found = remembered ? { principal: remembered } : await known.find(digest, ctx, round > 0);
    if (!("principal" in found)) return null;
    if (await peek(ctx.env, found.principal)) return found.principal;
  }
  return null;
}

function withinReach(caller: Principal, subject: KeyPrincipal): boolean {
  if (caller.organization !== subject.organization || caller.environment !== subject.environment) return false;
  if (subject.space) return reaches(caller, subject.space.location);
  if (subject.locations === null) return reachesAll(caller);
  return subject.locations.every((location) => reaches(caller, location));
}

function isUsable(subject: KeyPrincipal, now: number): boolean {
  const ended = (at: number | null): boolean => at !== null && at <= now;
  if (subject.status !== "active" || ended(subject.expiresAt)) return false;
  if (subject.secret.state === "previous" && ended(subject.secret.retiresAt)) return false;
  return subject.environment === "sandbox" || subject.apiEnabled;
}
