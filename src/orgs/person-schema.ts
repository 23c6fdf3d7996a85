// Somebody who signed in, on the wire: where they are a member, and their session.
import * as z from "zod";
import { remaining } from "../limits/schema";
import { idPattern } from "../platform/id";
import { line } from "../platform/validate";
import { memberId } from "./member-schema";
import { ROLES } from "./roles";

const organization = z.strictObject({ id: z.string().regex(idPattern("organization")), name: z.string() });
const member = z.strictObject({ id: memberId, role: z.enum(ROLES) });

export const membership = z.strictObject({ organization, member }).meta({ id: "Membership" });
export type Membership = z.output<typeof membership>;

export const organizationInput = z.strictObject({ name: line(200) }).meta({ id: "OrganizationInput" });
export type OrganizationInput = z.output<typeof organizationInput>;

export const session = z
  .strictObject({
    user: z.strictObject({ id: z.string().regex(idPattern("user")), email: z.string(), name: z.string() }),
    member,
    organization,
    environment: z.enum(["live", "sandbox"]),
    scopes: z.array(z.string()).meta({ description: "What the member's role allows now." }),
    remaining,
  })
  .meta({ id: "Session" });
export type Session = z.output<typeof session>;
