-- Mails that wait, written in the same commit as what they tell of, and counts of what became of them.

CREATE TABLE mail (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  handed INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  claim BLOB,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_due ON mail (next_at);
CREATE INDEX mail_account ON mail (account_id);

CREATE TABLE mail_count (
  brand_id BLOB NOT NULL,
  outcome TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (brand_id, outcome)
) STRICT, WITHOUT ROWID;
