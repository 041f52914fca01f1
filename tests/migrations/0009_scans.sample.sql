-- Rows a desk of this schema could have.
UPDATE attachment SET scan = 'found', finding = 'Win.Test.EICAR_HDB-1' WHERE position = 0;
UPDATE attachment SET scan = 'away' WHERE position = 1;
