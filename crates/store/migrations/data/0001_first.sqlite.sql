-- Everything the main job keeps. Each column is declared in the data map beside its table
-- (src/tables/*.rs). A column named `sealed` takes nothing but an envelope (bytes E5 01 …).

CREATE TABLE installation (
  name TEXT PRIMARY KEY NOT NULL,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE brand (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  slug TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  role TEXT NOT NULL CHECK (role IN ('admin', 'user')),
  quota_left INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX account_brand ON account (brand_id);

CREATE TABLE api_token (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  account_id BLOB NOT NULL REFERENCES account (id),
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE page (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL REFERENCES brand (id),
  account_id BLOB NOT NULL REFERENCES account (id),
  meta_id TEXT NOT NULL UNIQUE,
  stop TEXT,
  stopped_at INTEGER,
  has_echoes INTEGER NOT NULL,
  greeting_at INTEGER,
  connected_at INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX page_account ON page (account_id);
CREATE INDEX page_brand ON page (brand_id, id);

CREATE TABLE wording (
  name TEXT PRIMARY KEY NOT NULL,
  brand_id BLOB NOT NULL REFERENCES brand (id),
  language TEXT NOT NULL,
  text TEXT NOT NULL,
  yes TEXT NOT NULL,
  no TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT;

CREATE TABLE seen (
  mac BLOB PRIMARY KEY NOT NULL CHECK (length(mac) = 16),
  period INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lead (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  last_inbound_at INTEGER,
  started_at INTEGER,
  started_id BLOB,
  informed_at INTEGER,
  informed_id BLOB,
  confirmed_at INTEGER,
  confirmed_id BLOB,
  withdrawn_at INTEGER,
  promotion_withdrawn_at INTEGER,
  utility_withdrawn_at INTEGER,
  unavailable_at INTEGER,
  thread_elsewhere_at INTEGER,
  asked_at INTEGER,
  fenced_at INTEGER,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT;
CREATE INDEX lead_page ON lead (page_id, id);
CREATE INDEX lead_brand ON lead (brand_id, id);

CREATE TABLE lookup (
  mac BLOB PRIMARY KEY NOT NULL CHECK (length(mac) = 32),
  lead_id BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pending_withdrawal (
  mac BLOB PRIMARY KEY NOT NULL CHECK (length(mac) = 32),
  withdrawn_at INTEGER,
  promotion_withdrawn_at INTEGER,
  utility_withdrawn_at INTEGER,
  received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE consent_event (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  lead_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('opt_in', 'withdrawal')),
  purpose TEXT NOT NULL,
  how TEXT NOT NULL,
  happened_at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  leaf_index INTEGER,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT;
CREATE INDEX consent_event_lead ON consent_event (lead_id, id);

CREATE TABLE ledger_pending (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  commitment BLOB NOT NULL CHECK (length(commitment) = 32),
  consent_id BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_tile (
  level INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (level, idx)
) STRICT;

CREATE TABLE ledger_checkpoint (
  size INTEGER PRIMARY KEY NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL,
  signed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE broadcast (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  purpose TEXT NOT NULL,
  state INTEGER NOT NULL,
  pages BLOB NOT NULL,
  open_until INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  plan_page INTEGER NOT NULL DEFAULT 0,
  plan_after BLOB NOT NULL,
  is_planned INTEGER NOT NULL DEFAULT 0,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX broadcast_account ON broadcast (account_id, id);
CREATE INDEX broadcast_active ON broadcast (state) WHERE state IN (1, 2, 4) AND finished_at IS NULL;

CREATE TABLE delivery (
  broadcast_id BLOB NOT NULL,
  lead_id BLOB NOT NULL,
  brand_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  claim BLOB,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (broadcast_id, lead_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_planned ON delivery (broadcast_id, page_id, lead_id) WHERE state = 0;
CREATE INDEX delivery_sending ON delivery (page_id) WHERE state = 1;
CREATE INDEX delivery_lead ON delivery (lead_id);

CREATE TABLE outbox (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  lead_id BLOB NOT NULL,
  state INTEGER NOT NULL,
  intent TEXT NOT NULL CHECK (intent IN ('answer', 'confirmation')),
  answers_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  claim BLOB,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT;
CREATE INDEX outbox_page ON outbox (page_id, id);
CREATE INDEX outbox_lead ON outbox (lead_id);

CREATE TABLE lease (
  name TEXT PRIMARY KEY NOT NULL,
  holder BLOB NOT NULL,
  fence INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE erasure (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  code TEXT NOT NULL UNIQUE,
  subject BLOB,
  lookup BLOB,
  tag BLOB NOT NULL CHECK (length(tag) = 32),
  step TEXT NOT NULL CHECK (step IN ('fenced', 'key_destroyed', 'done')),
  requested_at INTEGER NOT NULL,
  finished_at INTEGER,
  leaf_index INTEGER,
  counts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_open ON erasure (step) WHERE finished_at IS NULL;

CREATE TABLE idempotency (
  hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
  brand_id BLOB NOT NULL,
  request BLOB NOT NULL CHECK (length(request) = 32),
  status INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  sealed BLOB CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;

CREATE TABLE tally (
  brand_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (page_id, name)
) STRICT, WITHOUT ROWID;
