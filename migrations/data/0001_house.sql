-- Contacts of all spaces, what they are found by, and the log of what happens to them.

-- `rid` is the immutable order of creation that every list walks by default; AUTOINCREMENT, so that a
-- cursor standing behind a deleted contact can't skip a new one that got its number.
CREATE TABLE contacts (
  rid INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  space_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  doc TEXT NOT NULL,                               -- JSON, all members but those in columns
  last_name_key TEXT NOT NULL DEFAULT '',          -- folded, for sorting
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER
) STRICT;
CREATE INDEX contacts_live ON contacts (space_id) WHERE archived_at IS NULL;
CREATE INDEX contacts_live_created ON contacts (space_id, created_at) WHERE archived_at IS NULL;
CREATE INDEX contacts_live_updated ON contacts (space_id, updated_at) WHERE archived_at IS NULL;
CREATE INDEX contacts_live_name ON contacts (space_id, last_name_key) WHERE archived_at IS NULL;
CREATE INDEX contacts_archived ON contacts (space_id) WHERE archived_at IS NOT NULL;
CREATE INDEX contacts_archived_created ON contacts (space_id, created_at) WHERE archived_at IS NOT NULL;
CREATE INDEX contacts_archived_updated ON contacts (space_id, updated_at) WHERE archived_at IS NOT NULL;
CREATE INDEX contacts_archived_name ON contacts (space_id, last_name_key) WHERE archived_at IS NOT NULL;

-- What a contact is found by: e-mail (lower-cased, A-label domain), phone (E.164), external id (name:value).
-- A live contact owns its e-mails and external ids alone; phones may be shared; archived ones release theirs.
CREATE TABLE contact_keys (
  space_id INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('email', 'phone', 'external_id')),
  value TEXT NOT NULL,
  rid INTEGER NOT NULL,
  live INTEGER NOT NULL,
  PRIMARY KEY (space_id, kind, value, rid)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX contact_keys_owner ON contact_keys (space_id, kind, value) WHERE live = 1 AND kind <> 'phone';
CREATE INDEX contact_keys_of ON contact_keys (rid);

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
