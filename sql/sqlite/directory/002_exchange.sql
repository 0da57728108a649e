-- A directory that follows the hub's log of keys, and the signed documents of the members.

CREATE TABLE followed (              -- the newest checkpoint of the log's keeper over exactly the entries here
  id INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL                  -- when it was taken over, µs
) STRICT;
CREATE TABLE document (
  org TEXT NOT NULL,
  kind TEXT NOT NULL,
  serial INTEGER NOT NULL,
  version INTEGER NOT NULL UNIQUE,      -- counts the changes of all documents: what a reader asks from
  note TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (org, kind)
) STRICT;
