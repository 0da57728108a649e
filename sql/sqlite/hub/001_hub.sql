-- The hub: sealed messages on their way, the state of its two logs, who asks to join. Nothing here can be read by the hub but envelopes. Times are
-- microseconds since 1970 in UTC, ids and digests bytes.

CREATE TABLE message (
  idx INTEGER PRIMARY KEY,          -- of its leaf in the log, without a gap; in a box: the number less one
  id BLOB NOT NULL UNIQUE,
  sender TEXT NOT NULL,
  digest BLOB NOT NULL,             -- SHA-256 of the envelope's text
  envelope TEXT NOT NULL,           -- the note
  leaf TEXT NOT NULL,
  object BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  at_us INTEGER NOT NULL,           -- of the promise
  expires_us INTEGER NOT NULL,
  waiting INTEGER NOT NULL,         -- recipients that have not acknowledged
  clean_us INTEGER NOT NULL,        -- when its object goes, and after that the row
  has_object INTEGER NOT NULL,
  body BLOB                         -- a small object; larger ones are files
) STRICT;
CREATE INDEX message_by_clean ON message (clean_us);

CREATE TABLE box (
  idx INTEGER NOT NULL,
  org TEXT NOT NULL,
  relayed_us INTEGER,
  acknowledged_us INTEGER,
  PRIMARY KEY (idx, org)
) STRICT, WITHOUT ROWID;
CREATE INDEX box_open ON box (org, idx) WHERE acknowledged_us IS NULL;

-- Objects in files: one file, or parts that are named beforehand.
CREATE TABLE object (
  object BLOB PRIMARY KEY,
  owner TEXT NOT NULL,              -- whose quota it counts on
  bytes INTEGER NOT NULL,
  parts BLOB NOT NULL,              -- leaf hashes, 32 bytes each; empty: one file
  missing INTEGER NOT NULL,         -- parts that are not here
  message INTEGER,                  -- idx of the message it belongs to; an attachment belongs to none that the hub knows
  clean_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX object_by_clean ON object (clean_us);
CREATE TABLE object_part (object BLOB NOT NULL, part INTEGER NOT NULL, PRIMARY KEY (object, part)) STRICT, WITHOUT ROWID;

CREATE TABLE usage (org TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- What has been integrated: compared and swapped, and only what stands here is signed.
CREATE TABLE log_state (log TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE next_index (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER NOT NULL) STRICT;
INSERT INTO next_index (one, value) VALUES (1, 0);

-- The newest cosignature of each witness.
CREATE TABLE cosignature (
  log TEXT NOT NULL,
  witness TEXT NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (log, witness)
) STRICT, WITHOUT ROWID;

-- Of a witness: the newest checkpoint it has cosigned of each log.
CREATE TABLE witnessed (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, at_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Who was invited, and what he answered.
CREATE TABLE application (
  code BLOB PRIMARY KEY,            -- SHA-256 of the one-time code
  org TEXT NOT NULL,
  side TEXT NOT NULL,
  expires_us INTEGER NOT NULL,
  state TEXT NOT NULL,              -- invited, applied, admitted, withdrawn
  tls BLOB,                         -- SHA-256 of the key of the certificate that was shown
  bundle BLOB,                      -- frames: admission, documents, keys
  changed_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE revoked (org TEXT PRIMARY KEY, reason TEXT NOT NULL, at_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
