-- People's rights: a lead's own page, what was asked for and by when, who looked at whom, and by whose Facebook
-- login a page was connected.

ALTER TABLE lead ADD COLUMN restricted_at INTEGER;

CREATE TABLE lead_link (
  hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
  brand_id BLOB NOT NULL,
  lead_id BLOB NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('link', 'session')),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_link_lead ON lead_link (lead_id);
CREATE INDEX lead_link_expires ON lead_link (expires_at);

CREATE TABLE request (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  way TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  extended_at INTEGER,
  done_at INTEGER,
  outcome TEXT,
  lead_id BLOB,
  code TEXT,
  sealed BLOB CHECK (sealed IS NULL OR substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX request_open ON request (brand_id, due_at) WHERE done_at IS NULL;
CREATE INDEX request_brand ON request (brand_id, id);
CREATE INDEX request_lead ON request (lead_id) WHERE lead_id IS NOT NULL;
CREATE UNIQUE INDEX request_code ON request (code) WHERE code IS NOT NULL;

CREATE TABLE reading (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  read_at INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX reading_person ON reading (person_id, id);
CREATE INDEX reading_read ON reading (read_at);

CREATE TABLE facebook_login (
  page_id BLOB PRIMARY KEY NOT NULL CHECK (length(page_id) = 16),
  brand_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  mac BLOB NOT NULL CHECK (length(mac) = 32),
  connected_at INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX facebook_login_mac ON facebook_login (mac);
CREATE INDEX facebook_login_account ON facebook_login (account_id);
