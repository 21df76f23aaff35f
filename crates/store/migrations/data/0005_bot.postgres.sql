-- What a page's user sets about its bot, what became of publishing it at Meta, and what leads answered to
-- questions that asked for data.

CREATE TABLE bot (
  page_id BYTEA PRIMARY KEY NOT NULL CHECK (length(page_id) = 16),
  brand_id BYTEA NOT NULL,
  account_id BYTEA NOT NULL,
  version BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  published_version BIGINT NOT NULL DEFAULT 0,
  published_at BIGINT,
  publish_at BIGINT,
  publish_attempts BIGINT NOT NULL DEFAULT 0,
  publish_failure TEXT,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX bot_to_publish ON bot (publish_at) WHERE publish_at IS NOT NULL;
CREATE INDEX bot_account ON bot (account_id);

-- Wordings of a page's own question; NULL: the brand's.
ALTER TABLE wording ADD COLUMN page_id BYTEA;
CREATE INDEX wording_page ON wording (page_id) WHERE page_id IS NOT NULL;

CREATE TABLE answer (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  lead_id BYTEA NOT NULL,
  answered_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX answer_lead ON answer (lead_id, id);
