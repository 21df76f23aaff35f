-- What is written together lies together: a broadcast's deliveries by page, rows with a key of their own
-- without a second tree beside them, and the numbers of leaves apart from the records, which are large.

ALTER TABLE inbox RENAME TO inbox_before;
CREATE TABLE inbox (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
INSERT INTO inbox SELECT id, brand_id, page_id, received_at, attempts, sealed FROM inbox_before;
DROP TABLE inbox_before;

ALTER TABLE outbox RENAME TO outbox_before;
DROP INDEX outbox_page;
DROP INDEX outbox_lead;
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
) STRICT, WITHOUT ROWID;
INSERT INTO outbox SELECT id, brand_id, page_id, lead_id, state, intent, answers_at, attempts, next_at, claim, sealed FROM outbox_before;
DROP TABLE outbox_before;
CREATE INDEX outbox_page ON outbox (page_id, id);
CREATE INDEX outbox_lead ON outbox (lead_id);

ALTER TABLE lead RENAME TO lead_before;
DROP INDEX lead_page;
DROP INDEX lead_brand;
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
) STRICT, WITHOUT ROWID;
INSERT INTO lead SELECT id, brand_id, page_id, created_at, last_inbound_at, started_at, started_id, informed_at, informed_id,
  confirmed_at, confirmed_id, withdrawn_at, promotion_withdrawn_at, utility_withdrawn_at, unavailable_at, thread_elsewhere_at,
  asked_at, fenced_at, sealed FROM lead_before;
DROP TABLE lead_before;
-- Holds all that planning asks for, so that no lead is read.
CREATE INDEX lead_page ON lead (brand_id, page_id, id) WHERE fenced_at IS NULL;
CREATE INDEX lead_brand ON lead (brand_id, id);

ALTER TABLE delivery RENAME TO delivery_before;
DROP INDEX delivery_planned;
DROP INDEX delivery_sending;
DROP INDEX delivery_lead;
CREATE TABLE delivery (
  broadcast_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  lead_id BLOB NOT NULL,
  brand_id BLOB NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  claim BLOB,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (broadcast_id, page_id, lead_id)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery SELECT broadcast_id, page_id, lead_id, brand_id, state, reason, attempts, next_at, claim, changed_at
  FROM delivery_before ORDER BY broadcast_id, page_id, lead_id;
DROP TABLE delivery_before;
CREATE INDEX delivery_planned ON delivery (broadcast_id, page_id, lead_id) WHERE state = 0;
CREATE INDEX delivery_sending ON delivery (page_id) WHERE state = 1;

CREATE TABLE consent_leaf (
  consent_id BLOB PRIMARY KEY NOT NULL CHECK (length(consent_id) = 16),
  leaf_index INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO consent_leaf SELECT id, leaf_index FROM consent_event WHERE leaf_index IS NOT NULL ORDER BY id;
ALTER TABLE consent_event DROP COLUMN leaf_index;
