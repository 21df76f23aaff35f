-- Which files with leads were taken out, when a page was last heard of, and consents by day.

CREATE TABLE export (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL,
  account_id BYTEA NOT NULL,
  taken_at BIGINT NOT NULL,
  finished_at BIGINT,
  leads BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX export_account ON export (account_id, id);
CREATE INDEX export_taken ON export (taken_at);

ALTER TABLE page ADD COLUMN heard_at BIGINT;

CREATE TABLE daily (
  brand_id BYTEA NOT NULL,
  page_id BYTEA NOT NULL,
  day BIGINT NOT NULL,
  name TEXT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (page_id, day, name)
);
INSERT INTO daily SELECT brand_id, page_id, recorded_at / 86400000000, CASE kind WHEN 'opt_in' THEN how ELSE kind END, count(*)
  FROM consent_event GROUP BY brand_id, page_id, recorded_at / 86400000000, CASE kind WHEN 'opt_in' THEN how ELSE kind END;
