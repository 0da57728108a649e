-- The part of matter_key that holds a matter's key is told by the first digit of the matter's id, so that whoever wants the key asks that part alone.
-- Through the table with its parts PostgreSQL took four times as long for it as for everything else that a command first asks of a matter.
SET LOCAL statement_timeout = 0;
CREATE TABLE key_parted (matter BYTEA PRIMARY KEY, key BYTEA NOT NULL) PARTITION BY RANGE (matter);
CREATE TABLE matter_key_0 PARTITION OF key_parted FOR VALUES FROM (MINVALUE) TO ('\x10');
CREATE TABLE matter_key_1 PARTITION OF key_parted FOR VALUES FROM ('\x10') TO ('\x20');
CREATE TABLE matter_key_2 PARTITION OF key_parted FOR VALUES FROM ('\x20') TO ('\x30');
CREATE TABLE matter_key_3 PARTITION OF key_parted FOR VALUES FROM ('\x30') TO ('\x40');
CREATE TABLE matter_key_4 PARTITION OF key_parted FOR VALUES FROM ('\x40') TO ('\x50');
CREATE TABLE matter_key_5 PARTITION OF key_parted FOR VALUES FROM ('\x50') TO ('\x60');
CREATE TABLE matter_key_6 PARTITION OF key_parted FOR VALUES FROM ('\x60') TO ('\x70');
CREATE TABLE matter_key_7 PARTITION OF key_parted FOR VALUES FROM ('\x70') TO ('\x80');
CREATE TABLE matter_key_8 PARTITION OF key_parted FOR VALUES FROM ('\x80') TO ('\x90');
CREATE TABLE matter_key_9 PARTITION OF key_parted FOR VALUES FROM ('\x90') TO ('\xa0');
CREATE TABLE matter_key_a PARTITION OF key_parted FOR VALUES FROM ('\xa0') TO ('\xb0');
CREATE TABLE matter_key_b PARTITION OF key_parted FOR VALUES FROM ('\xb0') TO ('\xc0');
CREATE TABLE matter_key_c PARTITION OF key_parted FOR VALUES FROM ('\xc0') TO ('\xd0');
CREATE TABLE matter_key_d PARTITION OF key_parted FOR VALUES FROM ('\xd0') TO ('\xe0');
CREATE TABLE matter_key_e PARTITION OF key_parted FOR VALUES FROM ('\xe0') TO ('\xf0');
CREATE TABLE matter_key_f PARTITION OF key_parted FOR VALUES FROM ('\xf0') TO (MAXVALUE);
INSERT INTO key_parted (matter, key) SELECT matter, key FROM matter_key;
DROP TABLE matter_key;
ALTER TABLE key_parted RENAME TO matter_key;
-- How many rows a matter has, as a share: from a sample PostgreSQL takes it for far more in a large table, and then makes a plan for every value anew.
ALTER TABLE act ALTER COLUMN matter SET (n_distinct = -0.1);
ALTER TABLE outbox ALTER COLUMN matter SET (n_distinct = -0.3);
ALTER TABLE message_out ALTER COLUMN matter SET (n_distinct = -0.3);
ALTER TABLE message_in ALTER COLUMN matter SET (n_distinct = -0.3);
-- It counts once the table has been looked at; an empty one is better left to the first acts.
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM act) THEN
    ANALYZE act;
    ANALYZE outbox;
    ANALYZE message_out;
    ANALYZE message_in;
    ANALYZE matter_key;
  END IF;
END $$;
