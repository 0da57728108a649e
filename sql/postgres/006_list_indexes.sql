-- Indexes of lists: only two hold the time of the last change, because each of those is written with every act. What lists of an office or of a
-- unit are filtered by stands in them, behind the order, so that walking along reads no rows; whatever is rare is found by an index of its own.
-- What a side of the exchange does not know (an agency no state at a provider, a provider no unit and no case) stands in no index.
SET LOCAL statement_timeout = 0;
DROP INDEX matter_by_updated;
DROP INDEX matter_by_unit;
DROP INDEX matter_by_unit_state;
DROP INDEX matter_by_state;
DROP INDEX matter_by_provider_state;
DROP INDEX matter_by_counterparty;
DROP INDEX matter_by_due;
DROP INDEX matter_by_due_key;
DROP INDEX matter_by_in_charge;
DROP INDEX matter_by_drafter;
DROP INDEX matter_by_case;
DROP INDEX matter_by_dispatched;
CREATE INDEX matter_by_updated ON matter (updated_us, id) INCLUDE (state, provider_state, counterparty, is_open);
CREATE INDEX matter_by_unit ON matter (unit, updated_us, id) INCLUDE (state, is_open, in_charge) WHERE unit IS NOT NULL;
CREATE INDEX matter_by_state ON matter (state, unit);
CREATE INDEX matter_by_provider_state ON matter (provider_state) WHERE provider_state <> 'NONE';
CREATE INDEX matter_by_counterparty ON matter (counterparty);
CREATE INDEX matter_by_case ON matter (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX matter_by_dispatched ON matter (dispatched_us) WHERE dispatched_us IS NOT NULL;
-- 9223372036854775807: never due.
CREATE INDEX matter_by_due ON matter (due_us) INCLUDE (id, due_key, is_open) WHERE due_us <> 9223372036854775807;
CREATE INDEX matter_by_unit_due ON matter (unit, due_us) INCLUDE (id, due_key, is_open, in_charge) WHERE due_us <> 9223372036854775807;
