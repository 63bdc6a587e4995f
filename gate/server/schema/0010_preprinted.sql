-- Where a badge waits that was printed before its holder came: a box, a hall, a desk. The badge's
-- print itself stands in the log, as every other's does.
CREATE TABLE preprinted (
    edition text NOT NULL REFERENCES edition,
    holder bigint NOT NULL,
    generation smallint NOT NULL,
    place text NOT NULL,
    device text NOT NULL,
    at_ms bigint NOT NULL,
    PRIMARY KEY (edition, holder, generation)
);
