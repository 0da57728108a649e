-- The end of an admission as far as the admitters have signed it: kept between the first and the second of them.
ALTER TABLE revoked ADD COLUMN member_end TEXT NOT NULL DEFAULT '';
