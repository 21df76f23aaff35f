-- Everything the main job keeps. Each column is declared in the data map beside its table
-- (src/tables/*.rs). A column named `sealed` takes nothing but an envelope (bytes E5 01 …).

CREATE TABLE installation (
  name TEXT PRIMARY KEY NOT NULL,
  value BYTEA NOT NULL
);

CREATE TABLE brand (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  slug TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);

CREATE TABLE account (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  role TEXT NOT NULL CHECK (role IN ('admin', 'user')),
  quota_left BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX account_brand ON account (brand_id);

CREATE TABLE api_token (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  account_id BYTEA NOT NULL REFERENCES account (id),
  hash BYTEA NOT NULL UNIQUE CHECK (length(hash) = 32),
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT
);

CREATE TABLE page (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  account_id BYTEA NOT NULL REFERENCES account (id),
  meta_id TEXT NOT NULL UNIQUE,
  stop TEXT,
  stopped_at BIGINT,
  has_echoes BIGINT NOT NULL,
  greeting_at BIGINT,
  connected_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX page_account ON page (account_id);
CREATE INDEX page_brand ON page (brand_id, id);

CREATE TABLE wording (
  name TEXT PRIMARY KEY NOT NULL,
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  language TEXT NOT NULL,
  text TEXT NOT NULL,
  yes TEXT NOT NULL,
  no TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE inbox (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  received_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);

CREATE TABLE seen (
  mac BYTEA PRIMARY KEY NOT NULL CHECK (length(mac) = 16),
  period BIGINT NOT NULL
);

CREATE TABLE lead (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  last_inbound_at BIGINT,
  started_at BIGINT,
  started_id BYTEA,
  informed_at BIGINT,
  informed_id BYTEA,
  confirmed_at BIGINT,
  confirmed_id BYTEA,
  withdrawn_at BIGINT,
  promotion_withdrawn_at BIGINT,
  utility_withdrawn_at BIGINT,
  unavailable_at BIGINT,
  thread_elsewhere_at BIGINT,
  asked_at BIGINT,
  fenced_at BIGINT,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX lead_page ON lead (page_id, id);
CREATE INDEX lead_brand ON lead (brand_id, id);

CREATE TABLE lookup (
  mac BYTEA PRIMARY KEY NOT NULL CHECK (length(mac) = 32),
  lead_id BYTEA NOT NULL
);

CREATE TABLE pending_withdrawal (
  mac BYTEA PRIMARY KEY NOT NULL CHECK (length(mac) = 32),
  withdrawn_at BIGINT,
  promotion_withdrawn_at BIGINT,
  utility_withdrawn_at BIGINT,
  received_at BIGINT NOT NULL
);

CREATE TABLE consent_event (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  lead_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('opt_in', 'withdrawal')),
  purpose TEXT NOT NULL,
  how TEXT NOT NULL,
  happened_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  leaf_index BIGINT,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX consent_event_lead ON consent_event (lead_id, id);

CREATE TABLE ledger_pending (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  commitment BYTEA NOT NULL CHECK (length(commitment) = 32),
  consent_id BYTEA
);

CREATE TABLE ledger_tile (
  level BIGINT NOT NULL,
  idx BIGINT NOT NULL,
  hashes BYTEA NOT NULL,
  PRIMARY KEY (level, idx)
);

CREATE TABLE ledger_checkpoint (
  size BIGINT PRIMARY KEY NOT NULL,
  root BYTEA NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL,
  signed_at BIGINT NOT NULL
);

CREATE TABLE broadcast (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  account_id BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  state BIGINT NOT NULL,
  pages BYTEA NOT NULL,
  open_until BIGINT,
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT,
  plan_page BIGINT NOT NULL DEFAULT 0,
  plan_after BYTEA NOT NULL,
  is_planned BIGINT NOT NULL DEFAULT 0,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX broadcast_account ON broadcast (account_id, id);
CREATE INDEX broadcast_active ON broadcast (state) WHERE state IN (1, 2, 4) AND finished_at IS NULL;

CREATE TABLE delivery (
  broadcast_id BYTEA NOT NULL,
  lead_id BYTEA NOT NULL,
  brand_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  state BIGINT NOT NULL,
  reason TEXT,
  attempts BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL DEFAULT 0,
  claim BYTEA,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (broadcast_id, lead_id)
);
CREATE INDEX delivery_planned ON delivery (broadcast_id, page_id, lead_id) WHERE state = 0;
CREATE INDEX delivery_sending ON delivery (page_id) WHERE state = 1;
CREATE INDEX delivery_lead ON delivery (lead_id);

CREATE TABLE outbox (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  lead_id BYTEA NOT NULL,
  state BIGINT NOT NULL,
  intent TEXT NOT NULL CHECK (intent IN ('answer', 'confirmation')),
  answers_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL DEFAULT 0,
  claim BYTEA,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX outbox_page ON outbox (page_id, id);
CREATE INDEX outbox_lead ON outbox (lead_id);

CREATE TABLE lease (
  name TEXT PRIMARY KEY NOT NULL,
  holder BYTEA NOT NULL,
  fence BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE erasure (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  code TEXT NOT NULL UNIQUE,
  subject BYTEA,
  lookup BYTEA,
  tag BYTEA NOT NULL CHECK (length(tag) = 32),
  step TEXT NOT NULL CHECK (step IN ('fenced', 'key_destroyed', 'done')),
  requested_at BIGINT NOT NULL,
  finished_at BIGINT,
  leaf_index BIGINT,
  counts TEXT NOT NULL
);
CREATE INDEX erasure_open ON erasure (step) WHERE finished_at IS NULL;

CREATE TABLE idempotency (
  hash BYTEA PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
  brand_id BYTEA NOT NULL,
  request BYTEA NOT NULL CHECK (length(request) = 32),
  status BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  sealed BYTEA CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);

CREATE TABLE tally (
  brand_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  name TEXT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (page_id, name)
);
