-- Sealed messages of this organisation as member of an exchange, and what it saw of the hub's logs.

CREATE TABLE message_out (
  seq INTEGER PRIMARY KEY,                       -- order of sealing
  id BLOB NOT NULL UNIQUE,
  to_org TEXT NOT NULL,
  matter BLOB NOT NULL,
  type TEXT NOT NULL,
  envelope TEXT NOT NULL,
  leaf TEXT NOT NULL,               -- the log's entry
  leaf_hash BLOB NOT NULL,
  object BLOB,                    -- until it expires or its texts are purged
  manifest BLOB,                  -- of one about a matter, sealed under its key; gone with the texts it speaks of
  acts BLOB NOT NULL,             -- hashes of those it carries, in their order
  attachments TEXT NOT NULL,        -- names of sealed files that have to be at the hub before it is posted
  created_us INTEGER NOT NULL,
  expires_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_try_us INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  promise TEXT,                     -- of the hub
  leaf_index INTEGER,
  promised_us INTEGER,
  accepted_us INTEGER,
  relayed TEXT,                     -- the hub's statement
  relayed_us INTEGER,
  delivered_us INTEGER,               -- the recipient's receipt
  receipt BLOB,
  code TEXT NOT NULL,               -- why the recipient refused it
  proof BLOB,                     -- hashes of the way to the root of the checkpoint of that size
  proof_size INTEGER,                 -- 0: its place was given to another leaf
  logged_us INTEGER
) STRICT;
CREATE INDEX message_out_unposted ON message_out (seq) WHERE promise IS NULL;
CREATE INDEX message_out_undelivered ON message_out (seq) WHERE promise IS NOT NULL AND delivered_us IS NULL AND type = 'acts';
CREATE INDEX message_out_unproven ON message_out (promised_us) WHERE promise IS NOT NULL AND proof_size IS NULL;
CREATE INDEX message_out_by_matter ON message_out (matter, seq);

-- Which message carries a row of the outbox.
ALTER TABLE outbox ADD COLUMN message BLOB;
CREATE INDEX outbox_by_message ON outbox (message) WHERE message IS NOT NULL;
CREATE INDEX outbox_unsealed ON outbox (seq) WHERE delivered_us IS NULL AND message IS NULL;

CREATE TABLE message_in (
  id BLOB PRIMARY KEY NOT NULL,
  from_org TEXT NOT NULL,
  matter BLOB,                    -- of one that could be opened
  type TEXT NOT NULL,
  envelope TEXT NOT NULL,
  promise TEXT NOT NULL,
  leaf_hash BLOB NOT NULL,
  leaf_index INTEGER NOT NULL,
  promised_us INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  expires_us INTEGER NOT NULL,
  code TEXT NOT NULL,               -- why it was refused
  object BLOB,                    -- of a refused one
  manifest BLOB,                  -- as above
  acts BLOB NOT NULL,
  proof BLOB,
  proof_size INTEGER,
  logged_us INTEGER
) STRICT;
CREATE INDEX message_in_unproven ON message_in (promised_us) WHERE proof_size IS NULL;
CREATE INDEX message_in_by_matter ON message_in (matter);
CREATE INDEX message_in_by_expiry ON message_in (expires_us);

-- Checkpoints of the log of messages that proofs lead to.
CREATE TABLE proof_checkpoint (size INTEGER PRIMARY KEY NOT NULL, note TEXT NOT NULL) STRICT;

CREATE TABLE log_seen (log TEXT PRIMARY KEY NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, checkpoint TEXT NOT NULL, at_us INTEGER NOT NULL) STRICT;

-- Entries of the log of keys that were handed in here, by leaf hash.
CREATE TABLE issued (leaf BLOB PRIMARY KEY NOT NULL) STRICT;

CREATE TABLE incident (
  seq INTEGER PRIMARY KEY,
  code TEXT NOT NULL,
  about TEXT NOT NULL,
  evidence TEXT NOT NULL,
  at_us INTEGER NOT NULL,
  examined_us INTEGER
) STRICT;
CREATE UNIQUE INDEX incident_once ON incident (code, about);
