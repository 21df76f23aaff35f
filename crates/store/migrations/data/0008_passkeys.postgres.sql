-- Passkeys: what an account signs in with instead of its password.

CREATE TABLE passkey (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  account_id BYTEA NOT NULL REFERENCES account (id),
  mac BYTEA NOT NULL UNIQUE CHECK (length(mac) = 32),
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  counter BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX passkey_account ON passkey (account_id, id);
