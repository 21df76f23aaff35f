-- What admins did and what concerns an account's safety: an entry each, sealed under the key of whose act it was, with a
-- leaf of the log. It goes with the account, and the leaf stays.

CREATE TABLE audit (
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  id BYTEA NOT NULL CHECK (length(id) = 16),
  account_id BYTEA REFERENCES account (id) ON DELETE CASCADE,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea),
  commitment BYTEA NOT NULL CHECK (length(commitment) = 32),
  leaf_index BIGINT,
  PRIMARY KEY (brand_id, id)
);
CREATE INDEX audit_account ON audit (account_id);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_leaf ON audit (commitment) WHERE leaf_index IS NULL;
