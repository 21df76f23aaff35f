-- What came back from an archive: leads who are not written to before a new opt-in, what is known of them
-- from before, and an archive while it is being read in.

ALTER TABLE lead ADD COLUMN dormant_at BIGINT;

CREATE TABLE returned (
  lead_id BYTEA PRIMARY KEY NOT NULL CHECK (length(lead_id) = 16),
  brand_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  mac BYTEA NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea),
  UNIQUE (page_id, mac)
);

CREATE TABLE import (
  account_id BYTEA PRIMARY KEY NOT NULL CHECK (length(account_id) = 16),
  brand_id BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('checked', 'running', 'done')),
  changed_at BIGINT NOT NULL,
  parts BIGINT NOT NULL,
  parts_done BIGINT NOT NULL,
  leads BIGINT NOT NULL,
  leads_in BIGINT NOT NULL,
  leads_known BIGINT NOT NULL,
  leads_left BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);

CREATE TABLE import_part (
  account_id BYTEA NOT NULL,
  number BIGINT NOT NULL,
  brand_id BYTEA NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea),
  PRIMARY KEY (account_id, number)
);
