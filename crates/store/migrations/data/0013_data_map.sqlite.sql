-- Each version of the data map that a brand has shown: the bytes that were shown, their hash, their place in the log.

CREATE TABLE data_map (
  brand_id BLOB NOT NULL REFERENCES brand (id),
  version INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  text BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  leaf_index INTEGER,
  PRIMARY KEY (brand_id, version)
) STRICT, WITHOUT ROWID;
