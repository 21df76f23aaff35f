-- Which witnesses cosigned which checkpoint, how far each of them is, and which week's checkpoint was mailed.

CREATE TABLE ledger_cosignature (
  size BIGINT NOT NULL,
  witness TEXT NOT NULL,
  line TEXT NOT NULL,
  cosigned_at BIGINT NOT NULL,
  PRIMARY KEY (size, witness)
);

CREATE TABLE ledger_witness (
  witness TEXT PRIMARY KEY NOT NULL,
  size BIGINT NOT NULL,
  tried_at BIGINT NOT NULL,
  cosigned_at BIGINT,
  problem TEXT
);

CREATE TABLE ledger_letter (
  brand_id BYTEA PRIMARY KEY NOT NULL,
  week BIGINT NOT NULL
);
