-- When a broadcast is sent and to whom, utility templates as they stand at Meta, and the words that an
-- account puts on its leads.

ALTER TABLE broadcast ADD COLUMN send_at INTEGER;
ALTER TABLE broadcast ADD COLUMN zone TEXT;
ALTER TABLE broadcast ADD COLUMN is_filtered INTEGER NOT NULL DEFAULT 0;
CREATE INDEX broadcast_scheduled ON broadcast (send_at) WHERE state = 5;

CREATE TABLE template (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  created_at INTEGER NOT NULL,
  checked_at INTEGER,
  check_at INTEGER,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX template_account ON template (account_id, id);
CREATE INDEX template_page ON template (page_id);
CREATE INDEX template_to_check ON template (check_at) WHERE check_at IS NOT NULL;

CREATE TABLE tag (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_account ON tag (account_id, id);

CREATE TABLE lead_tag (
  lead_id BLOB NOT NULL,
  tag_id BLOB NOT NULL,
  brand_id BLOB NOT NULL,
  tagged_at INTEGER NOT NULL,
  PRIMARY KEY (lead_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_tag_tag ON lead_tag (tag_id, lead_id);
