-- Wrong codes are counted by how well the mail shows whose it is: guesses in mail that nobody vouches for
-- make no code void for its owner, whose mail is vouched for.
ALTER TABLE code ADD COLUMN unvouched_tries INTEGER NOT NULL DEFAULT 0;
