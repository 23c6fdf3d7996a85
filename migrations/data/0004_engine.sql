-- What contacts are filtered and searched by, what a location adds to them (fields, tags, lists, segments), and totals.

ALTER TABLE contacts ADD COLUMN folded TEXT NOT NULL DEFAULT '{}';        -- JSON: texts as they are compared, without case and accents
ALTER TABLE contacts ADD COLUMN search_text TEXT NOT NULL DEFAULT '';     -- what the full-text index holds of it
ALTER TABLE contacts ADD COLUMN form INTEGER NOT NULL DEFAULT 0;          -- of the two above and of the facets: older ones are brought up by upkeep
ALTER TABLE contacts ADD COLUMN merged_into TEXT;                         -- id of the contact that took it in
CREATE INDEX contacts_of_old_form ON contacts (rid) WHERE form < 1;

-- What a live contact is filtered by: one row per value. Within a value in the order of creation.
CREATE TABLE contact_facets (
  space_id INTEGER NOT NULL,
  field TEXT NOT NULL,
  value ANY NOT NULL,
  rid INTEGER NOT NULL,
  PRIMARY KEY (space_id, field, value, rid)
) STRICT, WITHOUT ROWID;

-- Live contacts by trigram. The text starts with the number of its space as three private-use characters, so exactly one
-- trigram names the space. Without positions; what is found is checked against the text. Deleting leaves nothing behind.
CREATE VIRTUAL TABLE contact_text USING fts5 (
  search_text, content = 'contacts', content_rowid = 'rid', tokenize = 'trigram case_sensitive 1', detail = none
);
INSERT INTO contact_text (contact_text, rank) VALUES ('secure-delete', 1);

-- Per space: how many contacts it has, and the revision of its fields, by which caches know that they are stale.
CREATE TABLE spaces (
  space_id INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL DEFAULT 0,
  live INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO spaces (space_id, live, archived)
  SELECT space_id, sum(archived_at IS NULL), sum(archived_at IS NOT NULL) FROM contacts GROUP BY space_id;

CREATE TABLE fields (
  id TEXT PRIMARY KEY,
  space_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  definition TEXT NOT NULL,                        -- JSON: label, type, rules
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  removing TEXT                                    -- id of the job that takes it out of the contacts
) STRICT;
CREATE UNIQUE INDEX fields_by_key ON fields (space_id, key);
CREATE INDEX fields_of_space ON fields (space_id, id);

CREATE TABLE tags (
  id TEXT PRIMARY KEY,
  space_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  label TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  removing TEXT
) STRICT;
CREATE UNIQUE INDEX tags_by_key ON tags (space_id, key);
CREATE INDEX tags_of_space ON tags (space_id, id);

CREATE TABLE lists (
  id TEXT PRIMARY KEY,
  space_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  removing TEXT
) STRICT;
CREATE UNIQUE INDEX lists_by_name ON lists (space_id, name) WHERE removing IS NULL;
CREATE INDEX lists_of_space ON lists (space_id, id);

CREATE TABLE segments (
  id TEXT PRIMARY KEY,
  space_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  filter TEXT NOT NULL,                            -- JSON, as it was sent
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX segments_by_name ON segments (space_id, name);
CREATE INDEX segments_of_space ON segments (space_id, id);
