-- What a brand's admin sets in the console: `particulars` has been there; its version tells every node that
-- something has changed, and the logo lies beside it.

ALTER TABLE brand ADD COLUMN version BIGINT NOT NULL DEFAULT 0;

CREATE TABLE logo (
  brand_id BYTEA PRIMARY KEY NOT NULL,
  set_at BIGINT NOT NULL,
  content BYTEA NOT NULL
);
