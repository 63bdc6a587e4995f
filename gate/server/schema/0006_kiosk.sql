-- Each change of a registration takes the next number, so that kiosks can follow the table.
CREATE SEQUENCE IF NOT EXISTS registration_change;
ALTER TABLE registration
    ADD COLUMN IF NOT EXISTS change bigint NOT NULL DEFAULT nextval('registration_change');
CREATE INDEX IF NOT EXISTS registration_by_change ON registration (edition, change);
CREATE FUNCTION take_next_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.change := nextval('registration_change');
    RETURN NEW;
END $$;
CREATE TRIGGER registration_changed BEFORE UPDATE ON registration
    FOR EACH ROW EXECUTE FUNCTION take_next_change();

-- Printed badges in the log: they alone name a holder and no gate.
CREATE INDEX IF NOT EXISTS log_printed ON log (edition, holder)
    WHERE gate IS NULL AND holder IS NOT NULL;

-- Which kiosk is printing, or has printed, which badge: no second kiosk prints the same.
CREATE TABLE kiosk_reservation (
    edition text NOT NULL REFERENCES edition,
    holder bigint NOT NULL,
    generation smallint NOT NULL,
    device text NOT NULL,
    at_ms bigint NOT NULL,
    PRIMARY KEY (edition, holder, generation)
);

-- Numbers that kiosks gave to people they sent to the desk; `device, at_ms, number` as the kiosk
-- sent it, so that sending twice is one ticket.
CREATE TABLE ticket (
    edition text NOT NULL REFERENCES edition,
    id bigint GENERATED ALWAYS AS IDENTITY,
    device text NOT NULL,
    number text NOT NULL,
    at_ms bigint NOT NULL,
    holder bigint,
    why text NOT NULL,
    closed_by text,
    PRIMARY KEY (edition, id),
    UNIQUE (edition, device, at_ms, number)
);
