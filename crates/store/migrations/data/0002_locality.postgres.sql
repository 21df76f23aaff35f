-- What is written together lies together: a broadcast's deliveries by page, and the numbers of leaves
-- apart from the records, which are large.

DROP INDEX lead_page;
CREATE INDEX lead_page ON lead (brand_id, page_id, id) WHERE fenced_at IS NULL;

DROP INDEX delivery_lead;
ALTER TABLE delivery DROP CONSTRAINT delivery_pkey;
ALTER TABLE delivery ADD PRIMARY KEY (broadcast_id, page_id, lead_id);

CREATE TABLE consent_leaf (
  consent_id BYTEA PRIMARY KEY NOT NULL CHECK (length(consent_id) = 16),
  leaf_index BIGINT NOT NULL
);
INSERT INTO consent_leaf SELECT id, leaf_index FROM consent_event WHERE leaf_index IS NOT NULL;
ALTER TABLE consent_event DROP COLUMN leaf_index;
