-- A small object lies apart from its message: the message's row is written again when it is acknowledged, its object, the larger part, never.

CREATE TABLE message_body (
  idx BIGINT PRIMARY KEY,           -- of its message
  body BYTEA NOT NULL
);
INSERT INTO message_body (idx, body) SELECT idx, body FROM message WHERE body IS NOT NULL;
ALTER TABLE message DROP COLUMN body;
