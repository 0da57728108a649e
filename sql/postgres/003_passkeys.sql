-- Assertions of passkeys stand beside the note of an act, as canonical JSON. They hold nothing of its text: a purge leaves them, as it leaves
-- signature lines.
ALTER TABLE act ADD COLUMN assertions TEXT;
ALTER TABLE held ADD COLUMN assertions TEXT;
-- The credential's id, by which a browser asks an authenticator for the passkey; none for a key that signs notes.
ALTER TABLE person_key ADD COLUMN credential BYTEA;
