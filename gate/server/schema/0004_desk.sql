-- Two desks may edit one person: `version` counts the edits, so that the second is told.
ALTER TABLE registration ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE registration ADD COLUMN notes text NOT NULL DEFAULT '';
-- The status a hold interrupted, given back on release; null: not on hold.
ALTER TABLE registration ADD COLUMN held_status text;
-- What the last import said where the desk changed it since; null: the body itself.
ALTER TABLE registration ADD COLUMN imported bytea;

-- Each change takes the next number, so that the directory of names can follow the table.
CREATE SEQUENCE IF NOT EXISTS registration_change;
ALTER TABLE registration
    ADD COLUMN IF NOT EXISTS change bigint NOT NULL DEFAULT nextval('registration_change');
CREATE INDEX IF NOT EXISTS registration_by_change ON registration (edition, change);
ALTER TABLE registration DROP COLUMN find;

-- Every act of a desk, with all it changed; written in the act's own transaction, never altered.
CREATE TABLE history (
    edition text NOT NULL REFERENCES edition,
    number bigint GENERATED ALWAYS AS IDENTITY,
    code text NOT NULL,
    at_ms bigint NOT NULL,
    who text NOT NULL,
    act text NOT NULL,
    why text NOT NULL,
    version integer NOT NULL,
    before bytea,
    after bytea,
    PRIMARY KEY (edition, number)
);
CREATE INDEX history_by_code ON history (edition, code, number);

-- Holders without a registration: spare badges nobody has yet, and the pseudonyms people had
-- before a spare took their place.
CREATE TABLE pseudonym (
    edition text NOT NULL REFERENCES edition,
    holder bigint NOT NULL,
    generation smallint NOT NULL,
    profile integer NOT NULL,
    status text NOT NULL,
    since_ms bigint NOT NULL,
    PRIMARY KEY (edition, holder)
);

-- A generation set aside for a badge being printed; it counts only once that badge came out.
CREATE TABLE reprint (
    edition text NOT NULL REFERENCES edition,
    id bigint GENERATED ALWAYS AS IDENTITY,
    code text NOT NULL,
    holder bigint NOT NULL,
    generation smallint NOT NULL,
    printer text NOT NULL,
    reason text NOT NULL,
    who text NOT NULL,
    state text NOT NULL,
    why text NOT NULL DEFAULT '',
    at_ms bigint NOT NULL,
    ended_ms bigint,
    PRIMARY KEY (edition, id)
);
CREATE INDEX reprint_by_code ON reprint (edition, code);
-- One badge of a person at a time.
CREATE UNIQUE INDEX reprint_open ON reprint (edition, code) WHERE state = 'reserved';
-- Printed badges in the log: they alone name a holder and no gate.
CREATE INDEX IF NOT EXISTS log_printed ON log (edition, holder) WHERE gate IS NULL AND holder IS NOT NULL;

-- Who took a badge away. Not an entry: nothing here is ever counted.
CREATE TABLE collection (
    edition text NOT NULL REFERENCES edition,
    code text NOT NULL,
    how text NOT NULL,
    by_name text NOT NULL,
    who text NOT NULL,
    at_ms bigint NOT NULL,
    PRIMARY KEY (edition, code)
);

-- Photos, each sealed with the key in the server's folder.
CREATE TABLE photo (
    edition text NOT NULL REFERENCES edition,
    code text NOT NULL,
    body bytea NOT NULL,
    at_ms bigint NOT NULL,
    PRIMARY KEY (edition, code)
);
