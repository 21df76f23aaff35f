-- Access for support: an admin grants it to one helper, for some things and for a time. Of the code and of the helper's
-- session only hashes are kept, and both go when the grant ends. What the helper looked at and was shown is a line each;
-- a line about a person goes with that person.

CREATE TABLE support_grant (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  account_id BYTEA,
  scopes TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  entered_at BIGINT,
  ended_at BIGINT,
  ended_by TEXT,
  looks BIGINT NOT NULL,
  people BIGINT NOT NULL,
  code_hash BYTEA CHECK (length(code_hash) = 32),
  session_hash BYTEA CHECK (length(session_hash) = 32),
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea),
  commitment BYTEA CHECK (length(commitment) = 32),
  leaf_index BIGINT
);
CREATE INDEX support_grant_brand ON support_grant (brand_id, id);
CREATE INDEX support_grant_account ON support_grant (account_id);
CREATE INDEX support_grant_open ON support_grant (ends_at) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX support_grant_code ON support_grant (code_hash) WHERE code_hash IS NOT NULL;
CREATE UNIQUE INDEX support_grant_session ON support_grant (session_hash) WHERE session_hash IS NOT NULL;
CREATE INDEX support_grant_leaf ON support_grant (commitment) WHERE leaf_index IS NULL;

CREATE TABLE support_act (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  grant_id BYTEA NOT NULL CHECK (length(grant_id) = 16),
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  person_id BYTEA CHECK (length(person_id) = 16),
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX support_act_grant ON support_act (grant_id, id);
CREATE INDEX support_act_person ON support_act (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX support_act_at ON support_act (at);
