-- Plans with their limits, what each account is on and has used of it this month, and the signed call by
-- which somebody outside changes that. The messages left are no longer a number that runs down: the plan
-- says how many there are in a month, and what was spent is counted with its month.

CREATE TABLE plan (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  name TEXT NOT NULL,
  pages BIGINT,
  leads BIGINT,
  messages BIGINT,
  is_start BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  retired_at BIGINT
);
CREATE INDEX plan_brand ON plan (brand_id, id);
CREATE UNIQUE INDEX plan_start ON plan (brand_id) WHERE is_start = 1;
-- A brand's first plan bears the brand's own id.
INSERT INTO plan (id, brand_id, name, messages, is_start, created_at)
  SELECT id, id, 'Start', 10000, 1, created_at FROM brand;

CREATE TABLE subscription (
  account_id BYTEA PRIMARY KEY NOT NULL REFERENCES account (id),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  plan_id BYTEA REFERENCES plan (id),
  state TEXT NOT NULL CHECK (state IN ('active', 'past_due', 'cancelled')),
  cancelled_at BIGINT,
  changed_at BIGINT NOT NULL,
  event_at BIGINT,
  month BIGINT NOT NULL,
  spent BIGINT NOT NULL
);
CREATE INDEX subscription_plan ON subscription (plan_id);
INSERT INTO subscription (account_id, brand_id, plan_id, state, changed_at, month, spent)
  SELECT id, brand_id, CASE WHEN role = 'admin' THEN NULL ELSE brand_id END,
    CASE WHEN state = 'cancelled' THEN 'cancelled' ELSE 'active' END, created_at, 0, 0 FROM account;
UPDATE account SET state = 'active' WHERE state = 'cancelled';
ALTER TABLE account DROP COLUMN quota_left;

CREATE TABLE billing_secret (
  brand_id BYTEA PRIMARY KEY NOT NULL REFERENCES brand (id),
  made_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);

CREATE TABLE billing_event (
  mac BYTEA PRIMARY KEY NOT NULL CHECK (length(mac) = 32),
  brand_id BYTEA NOT NULL,
  request BYTEA NOT NULL CHECK (length(request) = 32),
  received_at BIGINT NOT NULL
);
CREATE INDEX billing_event_received ON billing_event (received_at);
