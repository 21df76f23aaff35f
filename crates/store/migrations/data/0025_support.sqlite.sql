-- Access for support: an admin grants it to one helper, for some things and for a time. Of the code and of the helper's
-- session only hashes are kept, and both go when the grant ends. What the helper looked at and was shown is a line each;
-- a line about a person goes with that person.

CREATE TABLE support_grant (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  account_id BLOB,
  scopes TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  entered_at INTEGER,
  ended_at INTEGER,
  ended_by TEXT,
  looks INTEGER NOT NULL,
  people INTEGER NOT NULL,
  code_hash BLOB CHECK (length(code_hash) = 32),
  session_hash BLOB CHECK (length(session_hash) = 32),
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501'),
  commitment BLOB CHECK (length(commitment) = 32),
  leaf_index INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX support_grant_brand ON support_grant (brand_id, id);
CREATE INDEX support_grant_account ON support_grant (account_id);
CREATE INDEX support_grant_open ON support_grant (ends_at) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX support_grant_code ON support_grant (code_hash) WHERE code_hash IS NOT NULL;
CREATE UNIQUE INDEX support_grant_session ON support_grant (session_hash) WHERE session_hash IS NOT NULL;
CREATE INDEX support_grant_leaf ON support_grant (commitment) WHERE leaf_index IS NULL;

CREATE TABLE support_act (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  grant_id BLOB NOT NULL CHECK (length(grant_id) = 16),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  person_id BLOB CHECK (length(person_id) = 16),
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX support_act_grant ON support_act (grant_id, id);
CREATE INDEX support_act_person ON support_act (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX support_act_at ON support_act (at);
