-- The newest checkpoint that those have cosigned whom the house wants: a restart must not fall back behind it.

CREATE TABLE accepted (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL                  -- when it was taken over, µs
) STRICT;
