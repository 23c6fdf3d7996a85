-- Long work in slices: the rows are the truth, whatever drives them may die at any moment.

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL,
  space_id INTEGER,                                -- null: the organization as a whole
  location_id TEXT,
  environment TEXT NOT NULL CHECK (environment IN ('live', 'sandbox')),
  default_country TEXT,                            -- the location's when it started: one file is read by one country
  kind TEXT NOT NULL,
  state TEXT NOT NULL,                             -- queued running paused completed completed_with_errors failed canceled
  actor TEXT NOT NULL,                             -- JSON {type, id, last4}: who is asked for again before each slice
  scopes TEXT NOT NULL,                            -- what they need for it, space-separated
  request_id TEXT NOT NULL,                        -- of the call that started it; its events bear it
  input TEXT NOT NULL,                             -- JSON, by kind
  cursor TEXT,                                     -- JSON, by kind: where the next slice starts
  counts TEXT NOT NULL,                            -- JSON {name: number}
  total INTEGER,
  slices INTEGER NOT NULL,                         -- done so far: the number of the next one
  attempt INTEGER NOT NULL,                        -- of the instance that may drive it: an older one stops
  stalls INTEGER NOT NULL,                         -- restarts since the last slice
  problem TEXT,                                    -- JSON {code, status, title, detail}
  version INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL,
  ahead INTEGER NOT NULL DEFAULT 0,                -- ms by which the clock of its sandbox was ahead when it started
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE INDEX jobs_of_org ON jobs (org_id, id);
CREATE INDEX jobs_unfinished ON jobs (heartbeat_at) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;

-- A slice that was carried out: a second run of it meets its primary key, and its whole batch is undone.
CREATE TABLE job_chunks (
  job_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  counts TEXT NOT NULL,                            -- JSON {name: number}
  at INTEGER NOT NULL,
  PRIMARY KEY (job_id, n)
) STRICT, WITHOUT ROWID;
