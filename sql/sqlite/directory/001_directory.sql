-- The directory of keys: a log of signed notes in the order they were taken, and what organisations publish about themselves.

CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,          -- 1, 2, 3 … without a gap: the leaf's index is seq - 1
  leaf BLOB NOT NULL UNIQUE,        -- RFC 6962 leaf hash of the note
  note TEXT NOT NULL
) STRICT;
CREATE TABLE root (org TEXT PRIMARY KEY, vkey TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE organisation (org TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE profile (org TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
