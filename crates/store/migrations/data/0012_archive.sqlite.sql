-- What came back from an archive: leads who are not written to before a new opt-in, what is known of them
-- from before, and an archive while it is being read in.

ALTER TABLE lead ADD COLUMN dormant_at INTEGER;

CREATE TABLE returned (
  lead_id BLOB PRIMARY KEY NOT NULL CHECK (length(lead_id) = 16),
  brand_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  mac BLOB NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501'),
  UNIQUE (page_id, mac)
) STRICT, WITHOUT ROWID;

CREATE TABLE import (
  account_id BLOB PRIMARY KEY NOT NULL CHECK (length(account_id) = 16),
  brand_id BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('checked', 'running', 'done')),
  changed_at INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  parts_done INTEGER NOT NULL,
  leads INTEGER NOT NULL,
  leads_in INTEGER NOT NULL,
  leads_known INTEGER NOT NULL,
  leads_left INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;

CREATE TABLE import_part (
  account_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  brand_id BLOB NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501'),
  PRIMARY KEY (account_id, number)
) STRICT, WITHOUT ROWID;
