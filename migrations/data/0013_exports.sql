-- Contacts that go out as a file: what was asked for, how far it is, and the objects that it is made of.

CREATE TABLE exports (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL,
  space_id INTEGER NOT NULL,
  job_id TEXT NOT NULL,
  settings TEXT NOT NULL,                          -- JSON: what was asked for, its filter resolved
  result TEXT,                                     -- JSON {bytes, rows, sha256, seq, excluded, warnings}; null: not yet
  actor TEXT NOT NULL,                             -- JSON {type, id, last4}
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  files_gone_at INTEGER                            -- null: its file is kept yet
) STRICT;
CREATE INDEX exports_of_space ON exports (space_id, id);
CREATE INDEX exports_kept ON exports (created_at) WHERE files_gone_at IS NULL;

-- The objects that count: `walk` contacts in the order of their creation, `late` those changed meanwhile, `part` the file.
CREATE TABLE export_pieces (
  export_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('walk', 'late', 'part')),
  n INTEGER NOT NULL,
  name TEXT NOT NULL,
  rows INTEGER NOT NULL,
  space_id INTEGER NOT NULL,
  PRIMARY KEY (export_id, kind, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX export_pieces_of_space ON export_pieces (space_id);

-- Contacts that were changed while it was walked, and the piece that has each as it was at last.
CREATE TABLE export_touched (
  export_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  late INTEGER NOT NULL,
  space_id INTEGER NOT NULL,
  PRIMARY KEY (export_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX export_touched_of_space ON export_touched (space_id);
