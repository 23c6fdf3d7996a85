// The refusals of members, invitations and whoever founds an organization.
import { problem } from "../platform/problem";

export const roleAboveOwn = problem({
  code: "role_above_own",
  status: 403,
  title: "A role above your own",
  cause: "Nobody gives a role above their own, nor changes, invites or removes a member of one. A key acts with the role of the member who is responsible for it.",
  cure: "Have a member of the role `role` do it: owners are made and unmade by owners.",
  example: { role: "owner" },
});

export const memberExists = problem({
  code: "member_exists",
  status: 409,
  title: "Already a member",
  cause: "Somebody with this e-mail address is a member of the organization and has joined it.",
  cure: "Change the member `existing_id` instead.",
  example: { existing_id: "mem_01kqz3v9c5f1nazrk2d4f7h8jm" },
});

export const lastOwner = problem({
  code: "last_owner",
  status: 409,
  title: "The last owner",
  cause: "An organization keeps an owner who can sign in, and no other one has joined.",
  cure: "Make another member an owner first; one who is only invited does not count.",
});

export const memberHasKeys = problem({
  code: "member_has_keys",
  status: 409,
  title: "The member is responsible for keys",
  cause: "Every key has a member who answers for it. `count` tells how many living keys this member has, `keys` lists the first of them.",
  cure: "Name who takes them over with `transfer_to`, or give them to others (`PATCH /v1/keys/{id}`) or revoke them. At most 500 move at once.",
  example: { count: 1, keys: [{ id: "key_01kqz3v9c5f1nazrk2d4f7h8jm", name: "Newsletter sync", last4: "q7Xa", environment: "live", status: "active" }] },
});

export const invitationExpired = problem({
  code: "invitation_expired",
  status: 410,
  title: "The invitation has expired",
  cause: "An invitation holds for 7 days.",
  cure: "Have an admin make a new link: `POST /v1/members/{id}/invite`.",
});

export const invitationUsed = problem({
  code: "invitation_used",
  status: 410,
  title: "The invitation was used",
  cause: "The invitation was accepted before.",
  cure: "`GET /v1/memberships` tells where you are a member.",
});

export const wrongPerson = problem({
  code: "wrong_person",
  status: 403,
  title: "An invitation for somebody else",
  cause: "The invitation names another e-mail address than that of who is signed in.",
  cure: "Sign in with the address that was invited, or have yours invited.",
});

export const tooManyOrganizations = problem({
  code: "too_many_organizations",
  status: 409,
  title: "An owner of too many organizations",
  cause: "One person can own at most 10 organizations.",
  cure: "Leave one, or have another person found it.",
  example: { limit: 10 },
});
