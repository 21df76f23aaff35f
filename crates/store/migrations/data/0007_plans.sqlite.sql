-- Plans with their limits, what each account is on and has used of it this month, and the signed call by
-- which somebody outside changes that. The messages left are no longer a number that runs down: the plan
-- says how many there are in a month, and what was spent is counted with its month.

CREATE TABLE plan (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  name TEXT NOT NULL,
  pages INTEGER,
  leads INTEGER,
  messages INTEGER,
  is_start INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  retired_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_brand ON plan (brand_id, id);
CREATE UNIQUE INDEX plan_start ON plan (brand_id) WHERE is_start = 1;
-- A brand's first plan bears the brand's own id.
INSERT INTO plan (id, brand_id, name, messages, is_start, created_at)
  SELECT id, id, 'Start', 10000, 1, created_at FROM brand;

CREATE TABLE subscription (
  account_id BLOB PRIMARY KEY NOT NULL REFERENCES account (id),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  plan_id BLOB REFERENCES plan (id),
  state TEXT NOT NULL CHECK (state IN ('active', 'past_due', 'cancelled')),
  cancelled_at INTEGER,
  changed_at INTEGER NOT NULL,
  event_at INTEGER,
  month INTEGER NOT NULL,
  spent INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_plan ON subscription (plan_id);
INSERT INTO subscription (account_id, brand_id, plan_id, state, changed_at, month, spent)
  SELECT id, brand_id, CASE WHEN role = 'admin' THEN NULL ELSE brand_id END,
    CASE WHEN state = 'cancelled' THEN 'cancelled' ELSE 'active' END, created_at, 0, 0 FROM account;
UPDATE account SET state = 'active' WHERE state = 'cancelled';
ALTER TABLE account DROP COLUMN quota_left;

CREATE TABLE billing_secret (
  brand_id BLOB PRIMARY KEY NOT NULL REFERENCES brand (id),
  made_at INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;

CREATE TABLE billing_event (
  mac BLOB PRIMARY KEY NOT NULL CHECK (length(mac) = 32),
  brand_id BLOB NOT NULL,
  request BLOB NOT NULL CHECK (length(request) = 32),
  received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX billing_event_received ON billing_event (received_at);
