-- Passkeys: what an account signs in with instead of its password.

CREATE TABLE passkey (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  account_id BLOB NOT NULL REFERENCES account (id),
  mac BLOB NOT NULL UNIQUE CHECK (length(mac) = 32),
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  counter INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_account ON passkey (account_id, id);
