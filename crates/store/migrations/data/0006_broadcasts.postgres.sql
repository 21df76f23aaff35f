-- When a broadcast is sent and to whom, utility templates as they stand at Meta, and the words that an
-- account puts on its leads.

ALTER TABLE broadcast ADD COLUMN send_at BIGINT;
ALTER TABLE broadcast ADD COLUMN zone TEXT;
ALTER TABLE broadcast ADD COLUMN is_filtered BIGINT NOT NULL DEFAULT 0;
CREATE INDEX broadcast_scheduled ON broadcast (send_at) WHERE state = 5;

CREATE TABLE template (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  account_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  created_at BIGINT NOT NULL,
  checked_at BIGINT,
  check_at BIGINT,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX template_account ON template (account_id, id);
CREATE INDEX template_page ON template (page_id);
CREATE INDEX template_to_check ON template (check_at) WHERE check_at IS NOT NULL;

CREATE TABLE tag (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  account_id BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX tag_account ON tag (account_id, id);

CREATE TABLE lead_tag (
  lead_id BYTEA NOT NULL,
  tag_id BYTEA NOT NULL,
  brand_id BYTEA NOT NULL,
  tagged_at BIGINT NOT NULL,
  PRIMARY KEY (lead_id, tag_id)
);
CREATE INDEX lead_tag_tag ON lead_tag (tag_id, lead_id);
