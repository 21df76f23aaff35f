-- Who gets data, as announced: from when on, until when, and why with less notice. What the program dials by itself
-- stands in the operator's file as well; here it says from when.

CREATE TABLE recipient (
  brand_id BYTEA NOT NULL REFERENCES brand (id),
  number BIGINT NOT NULL,
  name TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('file', 'console')),
  host TEXT NOT NULL,
  port BIGINT NOT NULL,
  who TEXT NOT NULL,
  data TEXT NOT NULL,
  purpose TEXT NOT NULL,
  country TEXT NOT NULL,
  safeguard TEXT NOT NULL,
  reason TEXT,
  announced_at BIGINT NOT NULL,
  in_force_from BIGINT NOT NULL,
  ended_at BIGINT,
  hash BYTEA NOT NULL CHECK (length(hash) = 32),
  leaf_index BIGINT,
  PRIMARY KEY (brand_id, number)
);
CREATE INDEX recipient_leaf ON recipient (hash) WHERE leaf_index IS NULL;
