-- Mails that wait, written in the same commit as what they tell of, and counts of what became of them.

CREATE TABLE mail (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  account_id BYTEA NOT NULL,
  kind TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  handed BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  claim BYTEA,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX mail_due ON mail (next_at);
CREATE INDEX mail_account ON mail (account_id);

CREATE TABLE mail_count (
  brand_id BYTEA NOT NULL,
  outcome TEXT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (brand_id, outcome)
);
