-- When the desk closed a ticket, by the venue's clock in Unix milliseconds: taken back while fresh.
ALTER TABLE ticket ADD COLUMN closed_ms bigint;

-- The generation a person's digital badge stands for since it was activated; 0: it is inert.
ALTER TABLE registration ADD COLUMN digital smallint NOT NULL DEFAULT 0;
