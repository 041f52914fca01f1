-- Rows a desk of this schema could have.
UPDATE code SET unvouched_tries = 2 WHERE id = 1;
