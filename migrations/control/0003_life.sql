-- The life of a key: who asks for one, who hands it over, what warns of its end; and who is told.

-- An event that somebody should look at: how urgent it is, and which member alone is meant (null: owners and admins).
ALTER TABLE events ADD COLUMN severity TEXT CHECK (severity IN ('info', 'warning', 'critical'));
ALTER TABLE events ADD COLUMN audience TEXT;
CREATE INDEX events_to_look_at ON events (org_id, seq) WHERE severity IS NOT NULL;

CREATE TABLE notification_reads (
  member_id TEXT NOT NULL REFERENCES members (id),
  event_id TEXT NOT NULL,
  read_at INTEGER NOT NULL,
  PRIMARY KEY (member_id, event_id)
) STRICT, WITHOUT ROWID;

-- A member signs in as a user; one who was invited has none yet. Who is gone stays as the author of what was done.
ALTER TABLE members ADD COLUMN user_id TEXT;
ALTER TABLE members ADD COLUMN invite_digest TEXT CHECK (length(invite_digest) = 64);
ALTER TABLE members ADD COLUMN invite_expires_at INTEGER;
ALTER TABLE members ADD COLUMN removed_at INTEGER;
CREATE UNIQUE INDEX members_by_user ON members (user_id, org_id) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX members_by_invite ON members (invite_digest) WHERE invite_digest IS NOT NULL;

ALTER TABLE keys ADD COLUMN contract TEXT;           -- JSON, the operator's: overrides the organization's quotas
ALTER TABLE keys ADD COLUMN claimed_at INTEGER;
ALTER TABLE key_secrets ADD COLUMN leaked_at INTEGER;  -- when it was first reported
ALTER TABLE keys ADD COLUMN exposed_at INTEGER;      -- when it was last seen where it must not be
ALTER TABLE keys ADD COLUMN idle_due_at INTEGER;     -- when upkeep looks at its idleness next: never after what is due
UPDATE keys SET idle_due_at = coalesce(last_used_at, created_at) + 6480000000;  -- 75 days
CREATE INDEX keys_by_idleness ON keys (idle_due_at, id) WHERE status IN ('active', 'paused');
CREATE INDEX keys_by_end ON keys (expires_at) WHERE expires_at IS NOT NULL AND status IN ('active', 'paused');
CREATE INDEX key_secrets_by_end ON key_secrets (retires_at) WHERE state = 'previous';

-- What was told of a key, once per period: `idle` by its last use, `end` by its fixed end, `secret` by the old secret's, `deprecation` by the month.
CREATE TABLE key_notices (
  key_id TEXT NOT NULL REFERENCES keys (id),
  reason TEXT NOT NULL CHECK (reason IN ('idle', 'end', 'secret', 'deprecation')),
  period INTEGER NOT NULL,
  days INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  PRIMARY KEY (key_id, reason, period, days)
) STRICT, WITHOUT ROWID;

CREATE TABLE integrations (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  homepage TEXT,
  sandbox_key_id TEXT NOT NULL REFERENCES keys (id),
  public_jwk TEXT,                                 -- JSON, public members only
  status TEXT NOT NULL CHECK (status IN ('listed', 'retired')),
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX integrations_listed ON integrations (id) WHERE status = 'listed';
CREATE INDEX integrations_of_org ON integrations (org_id, id);

CREATE TABLE access_requests (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organizations (id),   -- the client's
  integration_id TEXT REFERENCES integrations (id),
  name TEXT NOT NULL,
  reason TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('agency', 'location')),
  location_ids TEXT,                               -- JSON, null: all
  scopes TEXT,                                     -- asked for, of a request without a sandbox key
  sandbox_key_id TEXT REFERENCES keys (id),
  public_jwk TEXT,                                 -- JSON; of an integration as of the approval
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'claimed', 'connected', 'denied', 'withdrawn', 'expired')),
  requested_by TEXT NOT NULL REFERENCES members (id),
  expires_at INTEGER NOT NULL,                     -- pending: of the request; approved: of the claim link
  decided_at INTEGER,
  decided_by TEXT REFERENCES members (id),
  decision TEXT,                                   -- why, in the admin's words
  granted TEXT,                                    -- scopes as given, space-separated
  key_id TEXT REFERENCES keys (id),
  claim_digest TEXT CHECK (length(claim_digest) = 64),
  claimed_at INTEGER,
  fingerprint TEXT,
  connected_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX access_requests_of_org ON access_requests (org_id, id);
CREATE UNIQUE INDEX access_requests_by_claim ON access_requests (claim_digest) WHERE claim_digest IS NOT NULL;
CREATE INDEX access_requests_of_key ON access_requests (key_id) WHERE key_id IS NOT NULL;
CREATE INDEX access_requests_by_end ON access_requests (expires_at) WHERE status IN ('pending', 'approved');

-- What is shown of an integration and of a pending request follows its sandbox key and its public key: so do their
-- versions, so that nobody approves (If-Match) what they have not seen.
CREATE TRIGGER sandbox_key_changed AFTER UPDATE OF scopes, status ON keys
WHEN NEW.environment = 'sandbox' AND (NEW.scopes IS NOT OLD.scopes OR NEW.status IS NOT OLD.status)
BEGIN
  UPDATE integrations SET version = version + 1 WHERE sandbox_key_id = NEW.id;
  UPDATE access_requests SET version = version + 1 WHERE status = 'pending' AND sandbox_key_id = NEW.id;
END;
CREATE TRIGGER integration_changed AFTER UPDATE OF version ON integrations
BEGIN
  UPDATE access_requests SET version = version + 1 WHERE status = 'pending' AND integration_id = NEW.id;
END;
CREATE INDEX integrations_of_sandbox_key ON integrations (sandbox_key_id);
CREATE INDEX access_requests_waiting ON access_requests (integration_id) WHERE status = 'pending' AND integration_id IS NOT NULL;
CREATE INDEX access_requests_of_sandbox_key ON access_requests (sandbox_key_id) WHERE status = 'pending' AND sandbox_key_id IS NOT NULL;

-- Ended keys and closed requests stay for good: what concerns the living walks past none of them.
CREATE INDEX keys_living_of_org ON keys (org_id) WHERE status IN ('unclaimed', 'active', 'paused');
CREATE INDEX keys_living_of_owner ON keys (owner_id) WHERE status IN ('unclaimed', 'active', 'paused');
CREATE INDEX keys_by_last4 ON keys (org_id, last4, id);
CREATE INDEX access_requests_undecided ON access_requests (org_id, requested_by) WHERE status = 'pending';
