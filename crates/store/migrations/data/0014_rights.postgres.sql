-- People's rights: a lead's own page, what was asked for and by when, who looked at whom, and by whose Facebook
-- login a page was connected.

ALTER TABLE lead ADD COLUMN restricted_at BIGINT;

CREATE TABLE lead_link (
  hash BYTEA PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
  brand_id BYTEA NOT NULL,
  lead_id BYTEA NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('link', 'session')),
  expires_at BIGINT NOT NULL
);
CREATE INDEX lead_link_lead ON lead_link (lead_id);
CREATE INDEX lead_link_expires ON lead_link (expires_at);

CREATE TABLE request (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  kind TEXT NOT NULL,
  way TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  extended_at BIGINT,
  done_at BIGINT,
  outcome TEXT,
  lead_id BYTEA,
  code TEXT,
  sealed BYTEA CHECK (sealed IS NULL OR substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX request_open ON request (brand_id, due_at) WHERE done_at IS NULL;
CREATE INDEX request_brand ON request (brand_id, id);
CREATE INDEX request_lead ON request (lead_id) WHERE lead_id IS NOT NULL;
CREATE UNIQUE INDEX request_code ON request (code) WHERE code IS NOT NULL;

CREATE TABLE reading (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  person_id BYTEA NOT NULL,
  read_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX reading_person ON reading (person_id, id);
CREATE INDEX reading_read ON reading (read_at);

CREATE TABLE facebook_login (
  page_id BYTEA PRIMARY KEY NOT NULL CHECK (length(page_id) = 16),
  brand_id BYTEA NOT NULL,
  account_id BYTEA NOT NULL,
  mac BYTEA NOT NULL CHECK (length(mac) = 32),
  connected_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX facebook_login_mac ON facebook_login (mac);
CREATE INDEX facebook_login_account ON facebook_login (account_id);
