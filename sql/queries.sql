-- What the program asks of Postgres. Queries are named by a line of their own;
-- `$1` takes a value.

-- make_migration_table --
CREATE TABLE IF NOT EXISTS migration (
    number  integer PRIMARY KEY,
    name    text NOT NULL,
    sha256  text NOT NULL,
    applied timestamptz NOT NULL DEFAULT now()
);

-- lock_migrations --
-- One program migrates at a time. The lock ends with the connection.
SELECT pg_advisory_lock($1);

-- applied_migrations --
SELECT number, name, sha256 FROM migration ORDER BY number;

-- add_migration --
INSERT INTO migration (number, name, sha256) VALUES ($1, $2, $3);

-- apply_event --
SELECT apply_event($1, $2, $3, $4, $5, $6);
