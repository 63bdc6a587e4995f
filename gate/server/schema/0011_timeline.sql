-- Each time a server took this database over, and how far feed and log reached then: a record of the
-- log names the timeline that its positions speak of. No foreign key: the first one begins before
-- the edition is stored.
CREATE TABLE timeline (
    edition text NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    feed_from bigint NOT NULL,
    log_from bigint NOT NULL,
    PRIMARY KEY (edition, number)
);
