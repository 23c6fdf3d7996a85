-- Usage by environment and with latency: `usage_hours` supersedes `usage`, which stays behind, empty.

CREATE TABLE usage_hours (
  org_id TEXT NOT NULL,
  hour INTEGER NOT NULL,                           -- ms since the epoch, start of the hour, UTC
  key_id TEXT NOT NULL,                            -- who called
  operation TEXT NOT NULL,
  status INTEGER NOT NULL,
  location_id TEXT NOT NULL,                       -- '' where none
  environment TEXT NOT NULL,
  requests INTEGER NOT NULL,
  ms INTEGER NOT NULL,                             -- sum over those that were measured
  -- How many took at most so many ms, and longer than the bound before: a refusal of the gate is in none.
  ms_2 INTEGER NOT NULL DEFAULT 0,
  ms_4 INTEGER NOT NULL DEFAULT 0,
  ms_7 INTEGER NOT NULL DEFAULT 0,
  ms_12 INTEGER NOT NULL DEFAULT 0,
  ms_20 INTEGER NOT NULL DEFAULT 0,
  ms_35 INTEGER NOT NULL DEFAULT 0,
  ms_60 INTEGER NOT NULL DEFAULT 0,
  ms_100 INTEGER NOT NULL DEFAULT 0,
  ms_175 INTEGER NOT NULL DEFAULT 0,
  ms_300 INTEGER NOT NULL DEFAULT 0,
  ms_500 INTEGER NOT NULL DEFAULT 0,
  ms_850 INTEGER NOT NULL DEFAULT 0,
  ms_1500 INTEGER NOT NULL DEFAULT 0,
  ms_3000 INTEGER NOT NULL DEFAULT 0,
  ms_10000 INTEGER NOT NULL DEFAULT 0,
  ms_over INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (org_id, hour, key_id, operation, status, location_id, environment)
) STRICT, WITHOUT ROWID;
-- Who still calls an operation.
CREATE INDEX usage_hours_of_operation ON usage_hours (operation, org_id, hour);

-- A key has one environment for life; how long each call took was not kept.
INSERT INTO usage_hours (org_id, hour, key_id, operation, status, location_id, environment, requests, ms)
  SELECT org_id, hour, key_id, operation, status, location_id,
    coalesce((SELECT environment FROM requests WHERE requests.key_id = usage.key_id LIMIT 1), 'live'), requests, ms
  FROM usage;
DELETE FROM usage;

-- The activity log is walked newest first: of an organization, of one of its callers, or by the id that an answer bore.
CREATE INDEX requests_of_caller ON requests (org_id, key_id, at);
CREATE INDEX requests_by_request ON requests (request_id, at);
DROP INDEX requests_of_key;
