-- Erasing an account with all its pages and leads, and a whole brand: the journal knows what kind of erasure it
-- is and how far the rows are, beside it lie the pages whose leads are still to be removed and of which Meta is
-- told, and an erased brand leaves its name, so that its file does not bring it back.

ALTER TABLE erasure RENAME TO erasure_before;
DROP INDEX erasure_open;
CREATE TABLE erasure (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('lead', 'account', 'brand')),
  code TEXT NOT NULL UNIQUE,
  subject BYTEA,
  lookup BYTEA,
  tag BYTEA NOT NULL CHECK (length(tag) = 32),
  step TEXT NOT NULL CHECK (step IN ('fenced', 'key_destroyed', 'tagged', 'done')),
  requested_at BIGINT NOT NULL,
  unreadable_at BIGINT,
  finished_at BIGINT,
  leaf_index BIGINT,
  counts TEXT NOT NULL,
  leads BIGINT NOT NULL DEFAULT 0,
  removed BIGINT NOT NULL DEFAULT 0,
  cursor BYTEA,
  to_tell BIGINT NOT NULL DEFAULT 0,
  told BIGINT NOT NULL DEFAULT 0,
  untold BIGINT NOT NULL DEFAULT 0,
  closed_at BIGINT,
  backups_at BIGINT,
  backups_tag BYTEA,
  backups_leaf BIGINT
);
INSERT INTO erasure (id, brand_id, kind, code, subject, lookup, tag, step, requested_at, unreadable_at, finished_at, leaf_index, counts, leads, removed, closed_at)
  SELECT id, brand_id, 'lead', code, subject, lookup, tag, step, requested_at, finished_at, finished_at, leaf_index, counts, 1,
    CASE WHEN finished_at IS NULL THEN 0 ELSE 1 END, finished_at FROM erasure_before;
DROP TABLE erasure_before;
CREATE INDEX erasure_open ON erasure (step) WHERE finished_at IS NULL;
CREATE INDEX erasure_subject ON erasure (subject) WHERE subject IS NOT NULL;
CREATE INDEX erasure_tag ON erasure (tag);
CREATE INDEX erasure_backups ON erasure (unreadable_at) WHERE backups_at IS NULL;
CREATE INDEX erasure_backups_tag ON erasure (backups_tag) WHERE backups_tag IS NOT NULL;

CREATE TABLE erasure_page (
  page_id BYTEA PRIMARY KEY NOT NULL CHECK (length(page_id) = 16),
  erasure_id BYTEA NOT NULL,
  brand_id BYTEA NOT NULL,
  meta_id TEXT NOT NULL,
  has_rows BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  sealed BYTEA CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX erasure_page_erasure ON erasure_page (erasure_id, page_id);
CREATE INDEX erasure_page_meta ON erasure_page (meta_id);
CREATE INDEX erasure_page_due ON erasure_page (next_at) WHERE sealed IS NOT NULL;

-- A lead's look-up is found by its lead, whose name nobody can read any more.
CREATE INDEX lookup_lead ON lookup (lead_id);

ALTER TABLE brand ADD COLUMN erased_at BIGINT;

ALTER TABLE idempotency ADD COLUMN account_id BYTEA;
CREATE INDEX idempotency_account ON idempotency (account_id);
