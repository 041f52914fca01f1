-- A letter that moved a clock can be taken off its ticket: what the ticket was before it came.
ALTER TABLE run ADD COLUMN message_id INTEGER REFERENCES message (id);
CREATE INDEX run_by_message ON run (message_id) WHERE message_id IS NOT NULL;
