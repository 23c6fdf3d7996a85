-- An event that somebody should look at: how urgent it is, and which member alone is meant (null: owners and admins).
ALTER TABLE events ADD COLUMN severity TEXT CHECK (severity IN ('info', 'warning', 'critical'));
ALTER TABLE events ADD COLUMN audience TEXT;
CREATE INDEX events_to_look_at ON events (org_id, seq) WHERE severity IS NOT NULL;
