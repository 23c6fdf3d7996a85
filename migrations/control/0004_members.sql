-- Lists of members, and whether an owner remains.
CREATE INDEX members_of_org ON members (org_id, id) WHERE removed_at IS NULL;
CREATE INDEX members_who_own ON members (org_id) WHERE role = 'owner' AND removed_at IS NULL;
