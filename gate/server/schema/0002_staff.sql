CREATE TABLE staff (
    name text PRIMARY KEY,
    password_hash text NOT NULL,
    roles text[] NOT NULL,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE session (
    token_hash bytea PRIMARY KEY,
    name text NOT NULL REFERENCES staff ON DELETE CASCADE,
    csrf text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE one_time_link (
    token_hash bytea PRIMARY KEY,
    roles text[] NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE audit (
    at timestamptz NOT NULL DEFAULT now(),
    who text NOT NULL,
    what text NOT NULL,
    about text NOT NULL
);
