-- The sandbox of an organization has a clock that is so many ms ahead of the true one. It is only ever put forward.
ALTER TABLE organizations ADD COLUMN sandbox_ahead INTEGER NOT NULL DEFAULT 0 CHECK (sandbox_ahead >= 0);
CREATE INDEX organizations_ahead ON organizations (id) WHERE sandbox_ahead > 0;

-- The sandbox keys of an organization, in the order in which upkeep looks at them.
CREATE INDEX keys_of_sandbox ON keys (org_id, idle_due_at, id) WHERE environment = 'sandbox' AND status IN ('active', 'paused');
