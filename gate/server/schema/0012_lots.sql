-- Which of the print shop's deliveries a badge came in, so that a spoilt one is taken back as a whole.
ALTER TABLE preprinted ADD COLUMN lot text NOT NULL DEFAULT 'unnamed';
ALTER TABLE preprinted ADD COLUMN taken_back_ms bigint;
CREATE INDEX preprinted_by_lot ON preprinted (edition, lot);
