-- Copies of this key store that left it: until all that are older than an erasure are gone, a backup may open the erased.
CREATE TABLE key_copy (
    id      BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    made_at BIGINT NOT NULL,
    place   TEXT NOT NULL,
    gone_at BIGINT
);

-- What was destroyed: the log may be lost with the data, and an older copy of the data would not know.
CREATE TABLE erased_key (
    id          BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    erasure_tag BYTEA NOT NULL CHECK (length(erasure_tag) = 32)
);
