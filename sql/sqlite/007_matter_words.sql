-- The words of a matter lie apart from its row: the row is written with every act, its words, the larger part, with few.

CREATE TABLE matter_words (
  id INTEGER PRIMARY KEY REFERENCES matter (id) ON DELETE CASCADE,
  words BLOB NOT NULL,              -- what it is found by, sealed
  terms BLOB NOT NULL               -- its entries in the table term, eight bytes each
) STRICT;
INSERT INTO matter_words (id, words, terms) SELECT id, words, terms FROM matter_doc ORDER BY id;
ALTER TABLE matter_doc DROP COLUMN words;
ALTER TABLE matter_doc DROP COLUMN terms;
