-- One organisation's office. Times are microseconds since 1970 in UTC, ids and digests bytes, booleans 0/1, names of enumerations text.
-- The acts are the data; matter, matter_doc, matter_person, term and last_view are derived from them and can be computed again.

CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE act (
  seq INTEGER PRIMARY KEY,          -- order of arrival
  matter BLOB NOT NULL,
  hash BLOB NOT NULL,
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  person BLOB,
  at_us INTEGER NOT NULL,
  is_shared INTEGER NOT NULL,
  note TEXT NOT NULL                -- with its signature lines
) STRICT;
CREATE UNIQUE INDEX act_by_hash ON act (hash);
CREATE UNIQUE INDEX act_by_matter ON act (matter, id);

-- What a purge destroys is sealed under a key of its matter. This table is only ever appended to, and a key is overwritten by one of the same
-- length: SQLite does that in the place where the old one was, and never copies a row of it elsewhere.
CREATE TABLE matter_key (slot INTEGER PRIMARY KEY, matter BLOB NOT NULL UNIQUE, key BLOB NOT NULL) STRICT;

CREATE TABLE body (seq INTEGER PRIMARY KEY REFERENCES act (seq), sealed BLOB NOT NULL) STRICT;

-- Acts whose parents are not here yet.
CREATE TABLE held (seq INTEGER PRIMARY KEY, matter BLOB NOT NULL, hash BLOB NOT NULL UNIQUE, note TEXT NOT NULL, sealed BLOB) STRICT;
CREATE INDEX held_by_matter ON held (matter, seq);

-- The columns that lists filter and sort by; narrow, because filtering reads many rows. What is shown is in matter_doc.
CREATE TABLE matter (
  id INTEGER PRIMARY KEY,
  matter BLOB NOT NULL UNIQUE,
  state TEXT NOT NULL,
  provider_state TEXT NOT NULL,
  turn TEXT NOT NULL,
  turn_role TEXT,
  is_named INTEGER NOT NULL,        -- the next step is that of named people (matter_person.is_turn)
  unit BLOB,
  in_charge BLOB,
  drafter BLOB,
  case_id BLOB,
  case_number TEXT NOT NULL,
  number TEXT NOT NULL,
  number_key TEXT NOT NULL,         -- sorts 第9号 before 第10号, and what has no number last
  counterparty TEXT NOT NULL,
  due_us INTEGER NOT NULL,         -- while it is open
  due_key INTEGER NOT NULL,        -- what has no due day comes last
  updated_us INTEGER NOT NULL,
  dispatched_us INTEGER,
  is_open INTEGER NOT NULL
) STRICT;
CREATE INDEX matter_by_updated ON matter (updated_us);
CREATE INDEX matter_by_due ON matter (due_us);
CREATE INDEX matter_by_due_key ON matter (due_key);
CREATE INDEX matter_by_open_due ON matter (is_open, due_key);
CREATE INDEX matter_by_number_key ON matter (number_key);
CREATE INDEX matter_by_state ON matter (state, updated_us);
CREATE INDEX matter_by_provider_state ON matter (provider_state, updated_us);
CREATE INDEX matter_by_turn ON matter (turn, updated_us);
CREATE INDEX matter_by_turn_role ON matter (turn_role, updated_us);
CREATE INDEX matter_by_unit ON matter (unit, updated_us);
CREATE INDEX matter_by_in_charge ON matter (in_charge, updated_us);
CREATE INDEX matter_by_drafter ON matter (drafter, updated_us);
CREATE INDEX matter_by_case ON matter (case_id, updated_us);
CREATE INDEX matter_by_counterparty ON matter (counterparty, updated_us);
CREATE INDEX matter_by_open ON matter (is_open, updated_us);
CREATE INDEX matter_by_number ON matter (number);
CREATE INDEX matter_by_case_number ON matter (case_number);
CREATE INDEX matter_by_dispatched ON matter (dispatched_us);

CREATE TABLE matter_doc (
  id INTEGER PRIMARY KEY REFERENCES matter (id) ON DELETE CASCADE,
  doc TEXT NOT NULL,                -- the row as JSON
  words BLOB NOT NULL,              -- what it is found by, sealed
  terms BLOB NOT NULL               -- its entries in the table term, eight bytes each
) STRICT;

-- Who drafted it, is in charge of it or is named for the next step.
CREATE TABLE matter_person (
  person BLOB NOT NULL,
  id INTEGER NOT NULL REFERENCES matter (id) ON DELETE CASCADE,
  is_turn INTEGER NOT NULL,
  PRIMARY KEY (person, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX matter_person_by_id ON matter_person (id);

-- Keyed hashes of selectors and of pairs of characters.
CREATE TABLE term (term INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (term, id)) STRICT, WITHOUT ROWID;

CREATE TABLE last_view (matter BLOB NOT NULL, person BLOB NOT NULL, at_us INTEGER NOT NULL, PRIMARY KEY (matter, person)) STRICT, WITHOUT ROWID;

CREATE TABLE register (
  office BLOB NOT NULL,
  form TEXT NOT NULL,
  year INTEGER NOT NULL,
  serial INTEGER NOT NULL,
  document_number TEXT NOT NULL,
  matter BLOB NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  at_us INTEGER NOT NULL,
  PRIMARY KEY (office, form, year, serial)
) STRICT, WITHOUT ROWID;
CREATE INDEX register_by_document_number ON register (document_number);

CREATE TABLE book (
  book TEXT NOT NULL,
  id BLOB NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  updated_us INTEGER NOT NULL,
  PRIMARY KEY (book, id)
) STRICT;
CREATE UNIQUE INDEX book_by_key ON book (book, key) WHERE key <> '';

CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY,
  to_org TEXT NOT NULL,
  matter BLOB NOT NULL,
  act BLOB NOT NULL,
  attempts INTEGER NOT NULL,
  next_try_us INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  delivered_us INTEGER
) STRICT;
CREATE UNIQUE INDEX outbox_once ON outbox (act, to_org);
CREATE INDEX outbox_by_matter ON outbox (matter, to_org, seq);
CREATE INDEX outbox_waiting ON outbox (seq) WHERE delivered_us IS NULL;

CREATE TABLE idempotency (
  person BLOB NOT NULL,
  key TEXT NOT NULL,
  request BLOB NOT NULL,
  status INTEGER NOT NULL,
  response BLOB NOT NULL,           -- sealed when it is about a matter
  matter BLOB,
  at_us INTEGER NOT NULL,
  PRIMARY KEY (person, key)
) STRICT;
CREATE INDEX idempotency_by_at ON idempotency (at_us);
CREATE INDEX idempotency_by_matter ON idempotency (matter);

CREATE TABLE login (
  person BLOB PRIMARY KEY NOT NULL,
  login TEXT NOT NULL UNIQUE,
  password TEXT NOT NULL,
  failures INTEGER NOT NULL,
  locked_until_us INTEGER,
  invitation TEXT NOT NULL,
  invitation_until_us INTEGER
) STRICT;

CREATE TABLE person_key (
  person BLOB NOT NULL,
  vkey TEXT NOT NULL,
  device TEXT NOT NULL,
  from_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL,
  is_revoked INTEGER NOT NULL,
  PRIMARY KEY (person, vkey)
) STRICT;

CREATE TABLE session (
  token BLOB PRIMARY KEY NOT NULL,
  person BLOB NOT NULL,
  csrf TEXT NOT NULL,
  is_complete INTEGER NOT NULL,
  challenge TEXT NOT NULL,
  role TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  last_seen_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL
) STRICT;
CREATE INDEX session_by_person ON session (person);
CREATE INDEX session_by_until ON session (until_us);

CREATE TABLE file (matter BLOB NOT NULL, sha256 BLOB NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (matter, sha256)) STRICT, WITHOUT ROWID;

-- Purges that were decided and committed, and whose traces on the disk are still to be removed.
CREATE TABLE purge_due (matter BLOB PRIMARY KEY NOT NULL, has_files INTEGER NOT NULL) STRICT, WITHOUT ROWID;
