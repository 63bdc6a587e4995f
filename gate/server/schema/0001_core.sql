-- One row for the edition the service runs; every other row names its edition.
CREATE TABLE edition (
    id text PRIMARY KEY,
    number integer NOT NULL,
    policy text NOT NULL,
    policy_version integer NOT NULL
);

-- Public halves only; the private ones are files of the server, never rows.
CREATE TABLE signing_key (
    edition text NOT NULL REFERENCES edition,
    key_id smallint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (edition, key_id)
);

CREATE TABLE profile (
    edition text NOT NULL REFERENCES edition,
    number integer NOT NULL,
    meaning text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (edition, number),
    UNIQUE (edition, meaning)
);

CREATE TABLE registration (
    edition text NOT NULL REFERENCES edition,
    code text NOT NULL,
    holder bigint NOT NULL,
    profile integer NOT NULL,
    status text NOT NULL,
    generation smallint NOT NULL,
    find text NOT NULL,
    body bytea NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (edition, code),
    UNIQUE (edition, holder),
    FOREIGN KEY (edition, profile) REFERENCES profile
);

-- Every signature ever made is a row before it leaves the signer.
CREATE TABLE badge (
    edition text NOT NULL REFERENCES edition,
    holder bigint NOT NULL,
    generation smallint NOT NULL,
    issue integer NOT NULL,
    key_id smallint NOT NULL,
    profile integer NOT NULL,
    issued_min integer NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (edition, holder, generation, issue)
);

CREATE TABLE device (
    edition text NOT NULL REFERENCES edition,
    id text NOT NULL,
    role text NOT NULL,
    gate text,
    direction text NOT NULL,
    epoch integer NOT NULL DEFAULT 0,
    code_hash bytea,
    code_expires timestamptz,
    token_hash bytea UNIQUE,
    revoked boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (edition, id)
);

-- The append-only record of everything; (device, epoch, number) names a row for ever.
CREATE TABLE log (
    edition text NOT NULL REFERENCES edition,
    seq bigint NOT NULL,
    device text NOT NULL,
    epoch integer NOT NULL,
    number bigint NOT NULL,
    at_ms bigint NOT NULL,
    gate text,
    direction text NOT NULL,
    reason text NOT NULL,
    holder bigint,
    body bytea NOT NULL,
    answer bytea,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (edition, seq),
    UNIQUE (edition, device, epoch, number)
);

-- What a device sent and the log could not take: kept, shown, never dropped.
CREATE TABLE quarantine (
    edition text NOT NULL REFERENCES edition,
    device text NOT NULL,
    epoch integer NOT NULL,
    number bigint NOT NULL,
    digest bytea NOT NULL,
    why text NOT NULL,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (edition, device, epoch, number, digest)
);

-- What lanes are told, dense from 1; written by the one appender only.
CREATE TABLE feed (
    edition text NOT NULL REFERENCES edition,
    seq bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (edition, seq)
);
