-- What admins did and what concerns an account's safety: an entry each, sealed under the key of whose act it was, with a
-- leaf of the log. It goes with the account, and the leaf stays.

CREATE TABLE audit (
  brand_id BLOB NOT NULL REFERENCES brand (id),
  id BLOB NOT NULL CHECK (length(id) = 16),
  account_id BLOB REFERENCES account (id) ON DELETE CASCADE,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501'),
  commitment BLOB NOT NULL CHECK (length(commitment) = 32),
  leaf_index INTEGER,
  PRIMARY KEY (brand_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_account ON audit (account_id);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_leaf ON audit (commitment) WHERE leaf_index IS NULL;
