-- Which witnesses cosigned which checkpoint, how far each of them is, and which week's checkpoint was mailed.

CREATE TABLE ledger_cosignature (
  size INTEGER NOT NULL,
  witness TEXT NOT NULL,
  line TEXT NOT NULL,
  cosigned_at INTEGER NOT NULL,
  PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_witness (
  witness TEXT PRIMARY KEY NOT NULL,
  size INTEGER NOT NULL,
  tried_at INTEGER NOT NULL,
  cosigned_at INTEGER,
  problem TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_letter (
  brand_id BLOB PRIMARY KEY NOT NULL,
  week INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
