-- The directory of keys: a log of signed notes in the order they were taken, and what organisations publish about themselves.

CREATE TABLE entry (
  seq BIGINT PRIMARY KEY,           -- 1, 2, 3 … without a gap: the leaf's index is seq - 1
  leaf BYTEA NOT NULL UNIQUE,       -- RFC 6962 leaf hash of the note
  note TEXT NOT NULL
);
CREATE TABLE root (org TEXT PRIMARY KEY, vkey TEXT NOT NULL);
CREATE TABLE organisation (org TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE profile (org TEXT PRIMARY KEY, value TEXT NOT NULL);
