-- What goes by itself, and what people may ask for by law.

-- When upkeep looks at a space's archived contacts next: at the latest a day after it did.
ALTER TABLE spaces ADD COLUMN purge_due_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX spaces_to_purge ON spaces (purge_due_at) WHERE archived > 0;
CREATE INDEX contacts_archived_at ON contacts (space_id, archived_at) WHERE archived_at IS NOT NULL;
CREATE INDEX contacts_merged_into ON contacts (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE privacy_requests (
  id TEXT PRIMARY KEY,
  space_id INTEGER NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('access', 'portability', 'erasure', 'restriction')),
  status TEXT NOT NULL CHECK (status IN ('received', 'processing', 'completed', 'rejected', 'canceled')),
  regulation TEXT NOT NULL CHECK (regulation IN ('gdpr', 'ccpa', 'other')),
  subject TEXT,                                    -- JSON [kind, value]; null once erased
  subject_digest TEXT NOT NULL,                    -- HMAC of it under KEY_PEPPER
  note TEXT,
  received_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  extended_at INTEGER,
  extension_reason TEXT,
  closed_at INTEGER,
  closing_reason TEXT,
  progress TEXT,                                   -- JSON: of an erasure under way, what is still to be looked for and where
  receipt TEXT,                                    -- JSON: of a finished one
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX privacy_requests_of_space ON privacy_requests (space_id, id);
CREATE INDEX privacy_requests_of_subject ON privacy_requests (space_id, subject_digest);
CREATE INDEX privacy_requests_under_way ON privacy_requests (updated_at) WHERE progress IS NOT NULL;

-- Contacts whose data may be kept and not changed, while a request says so.
CREATE TABLE restrictions (
  space_id INTEGER NOT NULL,
  contact_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (space_id, contact_id, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX restrictions_of_request ON restrictions (request_id);

-- An answer that is kept for replay may tell of a contact: the scope of those of a space ends with its number.
CREATE INDEX idempotency_of_space ON idempotency (CAST(substr(scope, instr(scope, ':') + 1) AS INTEGER));
