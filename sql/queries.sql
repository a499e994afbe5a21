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

-- take_fence --
-- One controller at a time runs the line of this database. The lock ends with the session.
SELECT pg_try_advisory_lock($1);

-- notice_loss --
-- A host that vanishes is missed within 5 s, not after two hours. On a Unix socket: no meaning.
SET tcp_keepalives_idle = 2;
SET tcp_keepalives_interval = 1;
SET tcp_keepalives_count = 3;

-- applied_migrations --
SELECT number, name, sha256 FROM migration ORDER BY number;

-- add_migration --
INSERT INTO migration (number, name, sha256) VALUES ($1, $2, $3);

-- apply_events --
-- In the order of the arrays, all or none. Events of counsellors name the counsellor,
-- events of requests to be called back the request.
SELECT count(
    CASE WHEN e.callback IS NOT NULL
    THEN apply_callback_event(e.id, e.callback, e.kind, e.at, e.call_id, e.state, e.data)
    WHEN e.counsellor IS NOT NULL
    THEN apply_duty_event(e.id, e.counsellor, e.kind, e.at, e.call_id, e.state, e.data)
    ELSE apply_event(e.id, e.call_id, e.kind, e.at, e.state, e.data)
    END
)
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::jsonb[],
    $8::jsonb[]
) AS e(id, counsellor, callback, call_id, kind, at, state, data);

-- erase_numbers --
-- Of requests that are over for long enough; of how many it was done.
SELECT erase_numbers(ARRAY(
    SELECT numbers_due($1::timestamptz, $2::text[], $3::integer[], $4::integer, $5::integer)
));

-- close_forgotten --
SELECT close_forgotten($1::timestamptz, $2::integer);
