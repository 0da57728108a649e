-- A sealed object lies apart from its message: what becomes of a message is written some five times, and its object, the larger part, once.

CREATE TABLE message_object (
  seq BIGINT PRIMARY KEY,           -- of its message in message_out
  object BYTEA NOT NULL             -- until it expires or its texts are purged
);
INSERT INTO message_object (seq, object) SELECT seq, object FROM message_out WHERE object IS NOT NULL;
ALTER TABLE message_out DROP COLUMN object;
