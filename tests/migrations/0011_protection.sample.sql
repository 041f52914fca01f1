-- Rows a desk of this schema could have.
UPDATE message SET protection = '{"sealing":{"state":"opened","standard":"pgp"},"signature":{"state":"none"},"subject":"Laporan rahasia"}'
WHERE id = 1;
