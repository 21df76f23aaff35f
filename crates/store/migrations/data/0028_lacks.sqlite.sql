-- What a page's access lacked when Meta was last asked, as Meta calls it, with spaces between; empty: nothing. NULL: Meta has
-- not said.

ALTER TABLE page ADD COLUMN lacks_permissions TEXT;
ALTER TABLE page ADD COLUMN lacks_fields TEXT;
