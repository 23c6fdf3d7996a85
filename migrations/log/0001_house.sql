-- What the gates saw: one row per answered call, and counters per hour.

CREATE TABLE requests (
  rid INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  method TEXT NOT NULL,
  route TEXT NOT NULL,                             -- the path's template: ids are not in it
  operation TEXT NOT NULL,
  params TEXT NOT NULL,                            -- JSON array of parameter names
  location_id TEXT,
  environment TEXT NOT NULL,
  status INTEGER NOT NULL,
  code TEXT,
  ms INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  ip TEXT
) STRICT;
CREATE INDEX requests_of_org ON requests (org_id, at);
CREATE INDEX requests_of_key ON requests (key_id, at);
CREATE INDEX requests_by_age ON requests (at);

CREATE TABLE usage (
  org_id TEXT NOT NULL,
  hour INTEGER NOT NULL,                           -- ms since the epoch, start of the hour, UTC
  key_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  status INTEGER NOT NULL,
  location_id TEXT NOT NULL,                       -- '' where none
  requests INTEGER NOT NULL,
  ms INTEGER NOT NULL,
  PRIMARY KEY (org_id, hour, key_id, operation, status, location_id)
) STRICT, WITHOUT ROWID;
