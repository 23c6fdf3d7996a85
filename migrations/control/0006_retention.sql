-- Days after which an archived contact is purged; null: never.
ALTER TABLE organizations ADD COLUMN archived_retention_days INTEGER DEFAULT 30 CHECK (archived_retention_days BETWEEN 1 AND 3650);
