-- The machine that a copy was written on: only there can it be seen whether it is gone. Nothing: made before this was noted.
ALTER TABLE key_copy ADD COLUMN host BLOB CHECK (length(host) = 16);
