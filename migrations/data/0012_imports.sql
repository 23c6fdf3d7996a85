-- Files of contacts that come in: how each is read, and what became of every row of it. The files themselves are objects.

CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL,
  space_id INTEGER NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('awaiting_upload', 'analyzing', 'ready', 'validate', 'run', 'revert')),
  settings TEXT NOT NULL,                          -- JSON: what was asked for
  file TEXT,                                       -- JSON: what was sent, and what was found in it
  sha256 TEXT,                                     -- of the file as it was sent
  mapping TEXT,                                    -- JSON {column: target or null}
  validate_job TEXT,
  run_job TEXT,
  revert_job TEXT,
  actor TEXT NOT NULL,                             -- JSON {type, id, last4}
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  files_gone_at INTEGER                            -- null: its files and rows are kept yet
) STRICT;
CREATE INDEX imports_of_space ON imports (space_id, id);
CREATE INDEX imports_of_file ON imports (space_id, sha256, id) WHERE sha256 IS NOT NULL;
CREATE INDEX imports_kept ON imports (created_at) WHERE files_gone_at IS NULL;

-- What became of the rows of a slice, written with it. Of a phase each row stands in one of them.
CREATE TABLE import_slices (
  import_id TEXT NOT NULL,
  space_id INTEGER NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('validate', 'run', 'revert')),
  first INTEGER NOT NULL,                          -- number of its first row; of a revert counted from the last one
  last INTEGER NOT NULL,
  outcomes TEXT NOT NULL,                          -- JSON [[row, action, contact or null, version or null], …]
  errors TEXT,                                     -- JSON [[row, column or null, code, value or null, message], …]; null: none
  PRIMARY KEY (import_id, phase, first)
) STRICT;
CREATE INDEX import_slices_with_errors ON import_slices (import_id, phase, first) WHERE errors IS NOT NULL;
CREATE INDEX import_slices_of_space ON import_slices (space_id);

-- Contacts as they would be after the rows that a dry run has looked at so far: gone when it has ended.
CREATE TABLE import_drafts (
  job_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  space_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  doc TEXT NOT NULL,
  PRIMARY KEY (job_id, contact_id)
) STRICT;
CREATE INDEX import_drafts_of_space ON import_drafts (space_id);
CREATE TABLE import_draft_keys (
  job_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  space_id INTEGER NOT NULL,
  PRIMARY KEY (job_id, kind, value, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_draft_keys_of_contact ON import_draft_keys (job_id, contact_id);
CREATE INDEX import_draft_keys_of_space ON import_draft_keys (space_id);
