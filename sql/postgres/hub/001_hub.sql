-- The hub: sealed messages on their way, the state of its two logs, who asks to join. Nothing here can be read by the hub but envelopes. Times are
-- microseconds since 1970 in UTC, ids and digests bytes.

CREATE TABLE message (
  idx BIGINT PRIMARY KEY,          -- of its leaf in the log, without a gap; in a box: the number less one
  id BYTEA NOT NULL UNIQUE,
  sender TEXT NOT NULL,
  digest BYTEA NOT NULL,             -- SHA-256 of the envelope's text
  envelope TEXT NOT NULL,           -- the note
  leaf TEXT NOT NULL,
  object BYTEA NOT NULL,
  bytes BIGINT NOT NULL,
  at_us BIGINT NOT NULL,           -- of the promise
  expires_us BIGINT NOT NULL,
  waiting BIGINT NOT NULL,         -- recipients that have not acknowledged
  clean_us BIGINT NOT NULL,        -- when its object goes, and after that the row
  has_object BIGINT NOT NULL,
  body BYTEA                         -- a small object; larger ones are files
);
CREATE INDEX message_by_clean ON message (clean_us);

CREATE TABLE box (
  idx BIGINT NOT NULL,
  org TEXT NOT NULL,
  relayed_us BIGINT,
  acknowledged_us BIGINT,
  PRIMARY KEY (idx, org)
);
CREATE INDEX box_open ON box (org, idx) WHERE acknowledged_us IS NULL;

-- Objects in files: one file, or parts that are named beforehand.
CREATE TABLE object (
  object BYTEA PRIMARY KEY,
  owner TEXT NOT NULL,              -- whose quota it counts on
  bytes BIGINT NOT NULL,
  parts BYTEA NOT NULL,              -- leaf hashes, 32 bytes each; empty: one file
  missing BIGINT NOT NULL,         -- parts that are not here
  message BIGINT,                  -- idx of the message it belongs to; an attachment belongs to none that the hub knows
  clean_us BIGINT NOT NULL
);
CREATE INDEX object_by_clean ON object (clean_us);
CREATE TABLE object_part (object BYTEA NOT NULL, part BIGINT NOT NULL, PRIMARY KEY (object, part));

CREATE TABLE usage (org TEXT PRIMARY KEY, bytes BIGINT NOT NULL);

-- What has been integrated: compared and swapped, and only what stands here is signed.
CREATE TABLE log_state (log TEXT PRIMARY KEY, size BIGINT NOT NULL, root BYTEA NOT NULL);
CREATE TABLE next_index (one BIGINT PRIMARY KEY CHECK (one = 1), value BIGINT NOT NULL);
INSERT INTO next_index (one, value) VALUES (1, 0);

-- The newest cosignature of each witness.
CREATE TABLE cosignature (
  log TEXT NOT NULL,
  witness TEXT NOT NULL,
  size BIGINT NOT NULL,
  root BYTEA NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (log, witness)
);

-- Of a witness: the newest checkpoint it has cosigned of each log.
CREATE TABLE witnessed (origin TEXT PRIMARY KEY, size BIGINT NOT NULL, root BYTEA NOT NULL, at_us BIGINT NOT NULL);

-- Who was invited, and what he answered.
CREATE TABLE application (
  code BYTEA PRIMARY KEY,            -- SHA-256 of the one-time code
  org TEXT NOT NULL,
  side TEXT NOT NULL,
  expires_us BIGINT NOT NULL,
  state TEXT NOT NULL,              -- invited, applied, admitted, withdrawn
  tls BYTEA,                         -- SHA-256 of the key of the certificate that was shown
  bundle BYTEA,                      -- frames: admission, documents, keys
  changed_us BIGINT NOT NULL
);
CREATE TABLE revoked (org TEXT PRIMARY KEY, reason TEXT NOT NULL, at_us BIGINT NOT NULL);
-- Ciphertext does not shrink: no time is spent on trying.
ALTER TABLE message ALTER COLUMN body SET STORAGE EXTERNAL;
