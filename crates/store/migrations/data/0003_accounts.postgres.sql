-- Accounts of people: how they prove who they are, where they are signed in, which documents they were
-- shown and accepted.

ALTER TABLE brand ADD COLUMN particulars TEXT;

ALTER TABLE account ADD COLUMN state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('unconfirmed', 'active', 'cancelled'));

CREATE TABLE account_lookup (
  mac BYTEA PRIMARY KEY NOT NULL CHECK (length(mac) = 32),
  account_id BYTEA NOT NULL REFERENCES account (id)
);
CREATE INDEX account_lookup_account ON account_lookup (account_id);

CREATE TABLE credential (
  account_id BYTEA PRIMARY KEY NOT NULL REFERENCES account (id),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  changed_at BIGINT NOT NULL,
  must_change BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);

CREATE TABLE session (
  hash BYTEA PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
  id BYTEA NOT NULL UNIQUE CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  account_id BYTEA NOT NULL REFERENCES account (id),
  stage TEXT NOT NULL CHECK (stage IN ('second_factor', 'signed_in')),
  is_kept BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  proved_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX session_account ON session (account_id, created_at);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE sign_in (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  account_id BYTEA NOT NULL REFERENCES account (id),
  at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX sign_in_account ON sign_in (account_id, at);
CREATE INDEX sign_in_at ON sign_in (at);

CREATE TABLE link (
  hash BYTEA PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  account_id BYTEA REFERENCES account (id),
  purpose TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  sealed BYTEA CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX link_account ON link (account_id);
CREATE INDEX link_expires ON link (expires_at);

CREATE TABLE document (
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  language TEXT NOT NULL,
  text TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  effective_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, kind, version, language)
);

CREATE TABLE acceptance (
  account_id BYTEA NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  language TEXT NOT NULL,
  accepted_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, kind, version)
);
