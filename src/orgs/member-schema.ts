// Members on the wire.
import * as z from "zod";
import { idPattern } from "../platform/id";
import { readOnlyMembers } from "../platform/readonly";
import { line, time } from "../platform/validate";
import { ROLES } from "./roles";

export const memberId = z.string().regex(idPattern("member"), "a member id");
export const STATUSES = ["invited", "active"] as const;

export const member = z
  .strictObject({
    id: memberId,
    email: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    status: z.enum(STATUSES).meta({ description: "`active`: has joined and can sign in; `invited`: not yet." }),
    user: z.string().regex(idPattern("user")).nullable().meta({ description: "Who signs in as this member." }),
    two_factor: z.boolean().meta({ description: "Whether they sign in with a second factor." }),
    keys: z.int().meta({ description: "How many living keys this member is responsible for." }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Member" });
export type Member = z.output<typeof member>;

const url = z.string().meta({ description: "The link to send. The token stands behind `#`, where no server's log sees it." });
export const invitedMember = z
  .strictObject({
    ...member.shape,
    invitation: z
      .strictObject({ url, token: z.string(), expires_at: time })
      .nullable()
      .meta({ description: "The way to join, in this answer only." }),
    secret_withheld: z.boolean().optional().meta({ description: "True in a replay: the invitation was in the first answer." }),
  })
  .meta({ id: "InvitedMember" });
export type InvitedMember = z.output<typeof invitedMember>;

const name = line(200);
const role = z.enum(ROLES);

export const memberInput = z.strictObject({ email: z.email().max(254).toLowerCase(), name, role }).meta({ id: "MemberInput" });
export type MemberInput = z.output<typeof memberInput>;

/** Read-only members that a GET's body brings back. Those of other things move by themselves, so what they say is not compared. */
export const READ_ONLY = ["id", "email", "status", "user", "version", "created_at", "updated_at"] as const;
const MOVING = ["keys", "two_factor"] as const;

export const memberPatch = z
  .strictObject({ name: name.optional(), role: role.optional(), ...readOnlyMembers([...READ_ONLY, ...MOVING]) })
  .meta({ id: "MemberPatch" });
export type MemberPatch = z.output<typeof memberPatch>;

export const departure = z
  .strictObject({
    id: memberId,
    removed_at: time,
    transferred_to: memberId.nullable().meta({ description: "Who answers for the keys now." }),
    transferred_keys: z.int(),
  })
  .meta({ id: "Departure" });
export type Departure = z.output<typeof departure>;
