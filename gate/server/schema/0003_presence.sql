-- Who belongs together (a number per organisation), and what guards must see of a person.
ALTER TABLE registration ADD COLUMN delegation bigint NOT NULL DEFAULT 0;
ALTER TABLE registration ADD COLUMN attention text[] NOT NULL DEFAULT '{}';
-- Since when the status holds, by the venue's clock in Unix milliseconds.
ALTER TABLE registration ADD COLUMN status_ms bigint NOT NULL DEFAULT 0;

-- Rights to hard zones, all that a device and epoch was ever granted; it only grows.
CREATE TABLE lease (
    edition text NOT NULL REFERENCES edition,
    device text NOT NULL,
    epoch integer NOT NULL,
    zone text NOT NULL,
    granted bigint NOT NULL,
    PRIMARY KEY (edition, device, epoch, zone)
);

-- Who may override at lanes; lanes are told number, verifier and holder, never the name.
CREATE TABLE supervisor (
    edition text NOT NULL REFERENCES edition,
    number integer NOT NULL,
    name text NOT NULL,
    verifier text NOT NULL,
    holder bigint,
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (edition, number),
    UNIQUE (edition, name)
);

-- What the whole venue is doing; no row is normal.
ALTER TABLE edition ADD COLUMN mode text NOT NULL DEFAULT 'normal';
