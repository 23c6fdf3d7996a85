-- What hangs on a contact: the ledger of its consent, notes, interactions, engagement. Each table holds the rows of a
-- contact together, in the order in which its timeline is read, and names the contact by its rid.

CREATE TABLE consents (
  space_id INTEGER NOT NULL,
  contact_rid INTEGER NOT NULL,
  at INTEGER NOT NULL,                             -- when the person said so
  id TEXT NOT NULL,
  channel TEXT NOT NULL,
  topic TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('subscribed', 'pending', 'never', 'unsubscribed')),
  passive INTEGER NOT NULL,                        -- 1: by an import or a merge, which can only restrict
  legal_basis TEXT,
  source TEXT NOT NULL,
  proof TEXT,
  recorded_at INTEGER NOT NULL,
  actor TEXT NOT NULL,                             -- JSON {type, id, last4}
  moved TEXT,                                      -- JSON [[merge, rid it was of], …]: how merges brought it here
  PRIMARY KEY (space_id, contact_rid, at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_by_state ON consents (space_id, contact_rid, channel, topic, passive, state, at);

CREATE TABLE notes (
  id TEXT PRIMARY KEY,
  space_id INTEGER NOT NULL,
  contact_rid INTEGER NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  author TEXT NOT NULL,                            -- JSON {type, id, last4}
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  moved TEXT
) STRICT;
CREATE INDEX notes_of_contact ON notes (space_id, contact_rid, created_at, id);

CREATE TABLE interactions (
  id TEXT PRIMARY KEY,
  space_id INTEGER NOT NULL,
  contact_rid INTEGER NOT NULL,
  version INTEGER NOT NULL,
  source TEXT NOT NULL,
  source_id TEXT NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT,
  url TEXT,
  at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  moved TEXT
) STRICT;
CREATE UNIQUE INDEX interactions_by_source ON interactions (space_id, source, source_id);
CREATE INDEX interactions_of_contact ON interactions (space_id, contact_rid, at, id);

CREATE TABLE engagements (
  space_id INTEGER NOT NULL,
  contact_rid INTEGER NOT NULL,
  at INTEGER NOT NULL,
  id TEXT NOT NULL,
  dedupe_id TEXT NOT NULL,
  type TEXT NOT NULL,
  email TEXT NOT NULL,                             -- in the form that is compared
  campaign TEXT,
  topic TEXT,
  bounce TEXT CHECK (bounce IN ('hard', 'soft')),
  machine INTEGER NOT NULL,                        -- 1: opened by a mail program's proxy, not by the person
  recorded_at INTEGER NOT NULL,
  moved TEXT,
  PRIMARY KEY (space_id, contact_rid, at, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX engagements_by_dedupe ON engagements (space_id, dedupe_id);
