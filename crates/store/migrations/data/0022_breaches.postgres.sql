-- The register of breaches of personal data: cases, their entries (each commits to the one before and is a leaf of the
-- log), and who was found to be affected. So that this can be found out, a look and a file say through which door they
-- went: a keyed hash of the session or token, which says nothing to whoever does not know it.

ALTER TABLE reading ADD COLUMN door BYTEA;
CREATE INDEX reading_door ON reading (door, id) WHERE door IS NOT NULL;
CREATE INDEX reading_brand ON reading (brand_id, read_at);
ALTER TABLE export ADD COLUMN door BYTEA;
CREATE INDEX export_brand ON export (brand_id, taken_at);

CREATE TABLE breach (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  suspected_at BIGINT NOT NULL,
  aware_at BIGINT,
  told_at BIGINT,
  phases BIGINT NOT NULL,
  not_told_at BIGINT,
  people_told_at BIGINT,
  closed_at BIGINT,
  reminded BIGINT NOT NULL,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea)
);
CREATE INDEX breach_brand ON breach (brand_id, id);

CREATE TABLE breach_entry (
  id BYTEA PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  breach_id BYTEA NOT NULL REFERENCES breach (id),
  number BIGINT NOT NULL,
  kind TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  commitment BYTEA NOT NULL CHECK (length(commitment) = 32),
  leaf_index BIGINT,
  sealed BYTEA NOT NULL CHECK (substring(sealed FROM 1 FOR 2) = '\xE501'::bytea),
  UNIQUE (brand_id, number)
);
CREATE INDEX breach_entry_breach ON breach_entry (breach_id, number);
CREATE INDEX breach_entry_leaf ON breach_entry (commitment) WHERE leaf_index IS NULL;

CREATE TABLE breach_person (
  breach_id BYTEA NOT NULL REFERENCES breach (id),
  role TEXT NOT NULL CHECK (role IN ('lead', 'account', 'owner')),
  person_id BYTEA NOT NULL CHECK (length(person_id) = 16),
  brand_id BYTEA NOT NULL,
  what BIGINT NOT NULL,
  is_certain BIGINT NOT NULL,
  found_at BIGINT NOT NULL,
  told_at BIGINT,
  way TEXT,
  PRIMARY KEY (breach_id, role, person_id)
);
CREATE INDEX breach_person_person ON breach_person (person_id);
CREATE INDEX breach_person_untold ON breach_person (breach_id, role, person_id) WHERE told_at IS NULL;
CREATE INDEX breach_person_found ON breach_person (found_at);
