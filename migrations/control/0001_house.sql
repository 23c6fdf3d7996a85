-- Organizations, their members and locations, keys, and the log of what happens to them.

CREATE TABLE organizations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  plan TEXT NOT NULL CHECK (plan IN ('standard', 'professional', 'enterprise')),
  limits TEXT,                                     -- JSON, per contract: overrides the plan's
  api_enabled INTEGER NOT NULL DEFAULT 0,
  api_granted INTEGER NOT NULL DEFAULT 0,          -- the operator's grant, needed on the standard plan
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- A location has two spaces, numbered here once and for all: every data row bears such a number.
CREATE TABLE locations (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  default_country TEXT NOT NULL,
  live_space INTEGER NOT NULL UNIQUE,
  sandbox_space INTEGER NOT NULL UNIQUE,
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX locations_of_org ON locations (org_id, id);

CREATE TABLE space_numbers (only INTEGER PRIMARY KEY CHECK (only = 1), last INTEGER NOT NULL) STRICT;
INSERT INTO space_numbers (only, last) VALUES (1, 0);

CREATE TABLE members (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organizations (id),
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX members_by_email ON members (org_id, email);

CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('agency', 'location')),
  environment TEXT NOT NULL CHECK (environment IN ('live', 'sandbox')),
  location_id TEXT REFERENCES locations (id),      -- of a location key
  location_ids TEXT,                               -- JSON, of an agency key narrowed to some
  scopes TEXT NOT NULL,                            -- space-separated
  status TEXT NOT NULL CHECK (status IN ('unclaimed', 'active', 'paused', 'expired', 'revoked', 'deleted')),
  owner_id TEXT NOT NULL REFERENCES members (id),
  integration TEXT,
  limits TEXT,                                     -- JSON, overrides the organization's
  synchronous INTEGER NOT NULL DEFAULT 0,
  allowed_ips TEXT,                                -- JSON array of CIDR
  last4 TEXT NOT NULL CHECK (length(last4) = 4),
  epoch INTEGER NOT NULL DEFAULT 1,                -- raised by whatever changes what the key may
  version INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  last_used_at INTEGER,
  last_used_from TEXT,
  expires_at INTEGER,
  CHECK ((kind = 'location') = (location_id IS NOT NULL))
) STRICT;
CREATE INDEX keys_of_org ON keys (org_id, id);
CREATE INDEX keys_of_owner ON keys (owner_id);

-- What is known of a secret: its HMAC under the pepper, never itself.
CREATE TABLE key_secrets (
  digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
  key_id TEXT NOT NULL REFERENCES keys (id),
  last4 TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('current', 'previous', 'retired')),
  created_at INTEGER NOT NULL,
  retires_at INTEGER,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX key_secrets_of_key ON key_secrets (key_id);

-- Gates that have yet to be told of a change that D1 already holds.
CREATE TABLE gate_pushes (
  key_id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gate_pushes_of_org ON gate_pushes (org_id);

CREATE TABLE event_counters (org_id TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE events (
  org_id TEXT NOT NULL,
  seq INTEGER NOT NULL,                            -- gapless within the organization
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  location_id TEXT,
  environment TEXT,
  space_id INTEGER,
  actor TEXT NOT NULL,                             -- JSON {type, id, last4}
  subject TEXT NOT NULL,
  version INTEGER NOT NULL,
  changes TEXT,                                    -- JSON {field: {from, to}}
  data TEXT,
  cause TEXT,
  request_id TEXT,
  ip TEXT,
  UNIQUE (org_id, seq)
) STRICT;
CREATE INDEX events_of_subject ON events (subject, seq);

CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- A guard is a row that only a true statement can insert; nothing is ever stored.
CREATE VIEW guard AS SELECT '' AS name, 0 AS holds WHERE 0;
CREATE TRIGGER guard_holds INSTEAD OF INSERT ON guard WHEN NEW.holds IS NOT 1
BEGIN
  SELECT RAISE(ABORT, 'guard_failed');
END;
