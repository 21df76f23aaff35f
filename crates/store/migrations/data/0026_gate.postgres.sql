-- A data map that is materially another is announced before a program shows it: since when programs hold themselves to
-- the one that is shown, and the map that is announced.

ALTER TABLE data_map ADD COLUMN held_at BIGINT;
ALTER TABLE announcement ADD COLUMN text BYTEA;
