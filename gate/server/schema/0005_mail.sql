-- Mails to be sent. No address and no text: each is written when it goes, as the registration and
-- the words are then.
CREATE TABLE mail (
    edition text NOT NULL REFERENCES edition,
    id bigint GENERATED ALWAYS AS IDENTITY,
    code text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL DEFAULT 'queued',
    tries integer NOT NULL DEFAULT 0,
    due_ms bigint NOT NULL,
    why text NOT NULL DEFAULT '',
    who text NOT NULL,
    PRIMARY KEY (edition, id)
);
-- Asking twice sends once.
CREATE UNIQUE INDEX mail_once ON mail (edition, code, kind) WHERE state IN ('queued', 'sent');
CREATE INDEX mail_due ON mail (edition, due_ms) WHERE state = 'queued';
