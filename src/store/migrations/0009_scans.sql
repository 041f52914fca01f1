-- What the malware scanner said of a file.
ALTER TABLE attachment ADD COLUMN scan TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN finding TEXT NOT NULL DEFAULT '';
CREATE INDEX attachment_unscanned ON attachment (digest) WHERE scan IN ('late', 'away');
