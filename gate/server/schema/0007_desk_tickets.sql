-- When the desk closed a ticket, by the venue's clock in Unix milliseconds: taken back while fresh.
ALTER TABLE ticket ADD COLUMN closed_ms bigint;
