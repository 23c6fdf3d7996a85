-- Merges as they can be undone, and which contacts are no duplicates of each other.

CREATE TABLE contact_merges (
  id TEXT PRIMARY KEY,
  space_id INTEGER NOT NULL,
  survivor TEXT NOT NULL,                          -- id of the contact that stays
  sources TEXT NOT NULL,                           -- JSON: ids of those it took in
  before TEXT NOT NULL,                            -- JSON: the survivor's document before
  after TEXT NOT NULL,                             -- JSON: and after
  merged_at INTEGER NOT NULL,
  undone_at INTEGER
) STRICT;
CREATE INDEX contact_merges_of ON contact_merges (survivor, merged_at);

CREATE INDEX contact_merges_of_space ON contact_merges (space_id);
CREATE INDEX contact_merges_by_age ON contact_merges (merged_at);

-- What a job was asked for may quote a contact: an erasure looks through those of a space.
CREATE INDEX jobs_of_space ON jobs (space_id);

-- A row asks for the full-text index to be merged.
CREATE TABLE text_merges (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), wanted_at INTEGER NOT NULL, begun INTEGER NOT NULL) STRICT;

CREATE TABLE not_duplicates (
  space_id INTEGER NOT NULL,
  a TEXT NOT NULL,                                 -- ids of two contacts, in their order
  b TEXT NOT NULL,
  marked_at INTEGER NOT NULL,
  PRIMARY KEY (space_id, a, b)
) STRICT, WITHOUT ROWID;
CREATE INDEX not_duplicates_of ON not_duplicates (b);
