-- A sealed object lies apart from its message: what becomes of a message is written some five times, and its object, the larger part, once.

CREATE TABLE message_object (
  seq INTEGER PRIMARY KEY,          -- of its message in message_out
  object BLOB NOT NULL              -- until it expires or its texts are purged
) STRICT;
INSERT INTO message_object (seq, object) SELECT seq, object FROM message_out WHERE object IS NOT NULL;
ALTER TABLE message_out DROP COLUMN object;
