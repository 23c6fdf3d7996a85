-- People who were erased and asked not to come back: what recognises their addresses and phones, and does not tell them.

ALTER TABLE privacy_requests ADD COLUMN suppress INTEGER NOT NULL DEFAULT 0;  -- 1: an erasure that leaves that behind

CREATE TABLE suppressions (
  space_id INTEGER NOT NULL,
  digest TEXT NOT NULL,                            -- HMAC of an e-mail address or phone, as it is compared, under KEY_PEPPER
  request_id TEXT NOT NULL,                        -- the erasure that it comes from
  created_at INTEGER NOT NULL,
  PRIMARY KEY (space_id, digest)
) STRICT, WITHOUT ROWID;
