-- The newest checkpoint that those have cosigned whom the house wants: a restart must not fall back behind it.

CREATE TABLE accepted (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  size BIGINT NOT NULL,
  note TEXT NOT NULL,
  at BIGINT NOT NULL                   -- when it was taken over, µs
);
