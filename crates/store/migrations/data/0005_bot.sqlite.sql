-- What a page's user sets about its bot, what became of publishing it at Meta, and what leads answered to
-- questions that asked for data.

CREATE TABLE bot (
  page_id BLOB PRIMARY KEY NOT NULL CHECK (length(page_id) = 16),
  brand_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  published_version INTEGER NOT NULL DEFAULT 0,
  published_at INTEGER,
  publish_at INTEGER,
  publish_attempts INTEGER NOT NULL DEFAULT 0,
  publish_failure TEXT,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX bot_to_publish ON bot (publish_at) WHERE publish_at IS NOT NULL;
CREATE INDEX bot_account ON bot (account_id);

-- Wordings of a page's own question; NULL: the brand's.
ALTER TABLE wording ADD COLUMN page_id BLOB;
CREATE INDEX wording_page ON wording (page_id) WHERE page_id IS NOT NULL;

CREATE TABLE answer (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  lead_id BLOB NOT NULL,
  answered_at INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_lead ON answer (lead_id, id);
