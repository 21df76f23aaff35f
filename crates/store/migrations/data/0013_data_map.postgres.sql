-- Each version of the data map that a brand has shown: the bytes that were shown, their hash, their place in the log.

CREATE TABLE data_map (
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  version BIGINT NOT NULL,
  hash BYTEA NOT NULL CHECK (length(hash) = 32),
  text BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  leaf_index BIGINT,
  PRIMARY KEY (brand_id, version)
);
