-- Under which generation of the brand's look-up key a hash was made: what lies under an older one is made again.

ALTER TABLE lookup ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_lookup ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE returned ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE facebook_login ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE passkey ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
