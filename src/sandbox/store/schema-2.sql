-- A pair of tokens knows its refresh token by hash, and the refresh token it was given for.
ALTER TABLE tokens ADD COLUMN pair TEXT;
ALTER TABLE tokens ADD COLUMN given_for TEXT;
CREATE INDEX tokens_given_for ON tokens (given_for) WHERE given_for IS NOT NULL;
