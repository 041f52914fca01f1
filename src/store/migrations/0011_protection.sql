-- How a message was encrypted and signed when it came: what its notice said once can be said again.
ALTER TABLE message ADD COLUMN protection TEXT NOT NULL DEFAULT '';
