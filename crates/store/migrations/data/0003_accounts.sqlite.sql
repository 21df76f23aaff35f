-- Accounts of people: how they prove who they are, where they are signed in, which documents they were
-- shown and accepted.

ALTER TABLE brand ADD COLUMN particulars TEXT;

ALTER TABLE account ADD COLUMN state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('unconfirmed', 'active', 'cancelled'));

CREATE TABLE account_lookup (
  mac BLOB PRIMARY KEY NOT NULL CHECK (length(mac) = 32),
  account_id BLOB NOT NULL REFERENCES account (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_lookup_account ON account_lookup (account_id);

CREATE TABLE credential (
  account_id BLOB PRIMARY KEY NOT NULL REFERENCES account (id),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  changed_at INTEGER NOT NULL,
  must_change INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  account_id BLOB NOT NULL REFERENCES account (id),
  stage TEXT NOT NULL CHECK (stage IN ('second_factor', 'signed_in')),
  is_kept INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  proved_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account_id, created_at);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE sign_in (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  account_id BLOB NOT NULL REFERENCES account (id),
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_account ON sign_in (account_id, at);
CREATE INDEX sign_in_at ON sign_in (at);

CREATE TABLE link (
  hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  account_id BLOB REFERENCES account (id),
  purpose TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  sealed BLOB CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX link_account ON link (account_id);
CREATE INDEX link_expires ON link (expires_at);

CREATE TABLE document (
  brand_id BLOB NOT NULL REFERENCES brand (id),
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  language TEXT NOT NULL,
  text TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  effective_at INTEGER NOT NULL,
  PRIMARY KEY (brand_id, kind, version, language)
) STRICT;

CREATE TABLE acceptance (
  account_id BLOB NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  brand_id BLOB NOT NULL REFERENCES brand (id),
  language TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, kind, version)
) STRICT, WITHOUT ROWID;
