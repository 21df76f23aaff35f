-- Which files with leads were taken out, when a page was last heard of, and consents by day.

CREATE TABLE export (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BLOB NOT NULL,
  account_id BLOB NOT NULL,
  taken_at INTEGER NOT NULL,
  finished_at INTEGER,
  leads INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (substr(sealed, 1, 2) = x'E501')
) STRICT, WITHOUT ROWID;
CREATE INDEX export_account ON export (account_id, id);
CREATE INDEX export_taken ON export (taken_at);

ALTER TABLE page ADD COLUMN heard_at INTEGER;

CREATE TABLE daily (
  brand_id BLOB NOT NULL,
  page_id BLOB NOT NULL,
  day INTEGER NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (page_id, day, name)
) STRICT, WITHOUT ROWID;
INSERT INTO daily SELECT brand_id, page_id, recorded_at / 86400000000, CASE kind WHEN 'opt_in' THEN how ELSE kind END, count(*)
  FROM consent_event GROUP BY brand_id, page_id, recorded_at / 86400000000, CASE kind WHEN 'opt_in' THEN how ELSE kind END;
