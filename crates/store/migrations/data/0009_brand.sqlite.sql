-- What a brand's admin sets in the console: `particulars` has been there; its version tells every node that
-- something has changed, and the logo lies beside it.

ALTER TABLE brand ADD COLUMN version INTEGER NOT NULL DEFAULT 0;

CREATE TABLE logo (
  brand_id BLOB PRIMARY KEY NOT NULL REFERENCES brand (id),
  set_at INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT;
