-- What is announced to everybody who has an account: that a document gets a new version. Its text is in the log, and
-- so is each acceptance.

ALTER TABLE document ADD COLUMN summary TEXT NOT NULL DEFAULT '';
-- Asked at each page of an account, and the dates lie behind the texts.
CREATE INDEX document_dates ON document (brand_id, kind, version, published_at, effective_at);

CREATE TABLE announcement (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  early TEXT,
  announced_at INTEGER NOT NULL,
  effective_at INTEGER NOT NULL,
  told_up_to BLOB NOT NULL,
  told INTEGER NOT NULL,
  done_at INTEGER,
  leaf_index INTEGER,
  UNIQUE (brand_id, kind, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX announcement_open ON announcement (announced_at) WHERE done_at IS NULL;
CREATE INDEX announcement_leaf ON announcement (hash) WHERE leaf_index IS NULL;

ALTER TABLE acceptance ADD COLUMN commitment BLOB;
ALTER TABLE acceptance ADD COLUMN sealed BLOB;
ALTER TABLE acceptance ADD COLUMN leaf_index INTEGER;
CREATE INDEX acceptance_leaf ON acceptance (commitment) WHERE leaf_index IS NULL AND commitment IS NOT NULL;
