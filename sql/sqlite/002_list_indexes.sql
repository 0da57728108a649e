-- Indexes of lists: with the unit first, since nearly every list of an agency is one unit's; and fewer that hold the time of the last change,
-- because each of them is written with every act.
DROP INDEX matter_by_turn;
DROP INDEX matter_by_turn_role;
DROP INDEX matter_by_in_charge;
DROP INDEX matter_by_drafter;
DROP INDEX matter_by_case;
DROP INDEX matter_by_open;
CREATE INDEX matter_by_unit_state ON matter (unit, state, updated_us);
CREATE INDEX matter_by_unit_open_due ON matter (unit, is_open, due_key);
CREATE INDEX matter_by_unit_number ON matter (unit, number_key);
CREATE INDEX matter_by_turn ON matter (turn, unit);
CREATE INDEX matter_by_turn_role ON matter (turn_role, is_named, unit);
CREATE INDEX matter_by_in_charge ON matter (in_charge);
CREATE INDEX matter_by_drafter ON matter (drafter);
CREATE INDEX matter_by_case ON matter (case_id);
