-- The outbox: what has happened and is not yet in Postgres, and what of it the
-- controller must know for itself. SQLite, in one file beside the controller.
-- Queries are named by a line of their own; `?` takes a value.

-- schema --
-- Not yet in Postgres, in the order of happening. AUTOINCREMENT: a number is never
-- used again, so that "shipped up to N" can never mean an event that came later.
CREATE TABLE event (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    id      TEXT NOT NULL UNIQUE,
    call_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    at      TEXT NOT NULL,  -- ISO 8601, UTC
    facts   TEXT NOT NULL,  -- JSON
    data    TEXT NOT NULL   -- JSON
);
-- Events that Postgres refused, kept for a person to look at.
CREATE TABLE rejected (
    seq     INTEGER PRIMARY KEY,
    id      TEXT NOT NULL,
    call_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    at      TEXT NOT NULL,
    facts   TEXT NOT NULL,
    data    TEXT NOT NULL,
    reason  TEXT NOT NULL
);
-- The ids of all events of open calls, shipped or not: a scene that runs again
-- records the same ids again.
CREATE TABLE seen (
    id      TEXT PRIMARY KEY,
    call_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_call ON seen (call_id);
-- Calls that have arrived and not finished, with their latest facts.
CREATE TABLE open_call (
    call_id TEXT PRIMARY KEY,
    facts   TEXT NOT NULL
) WITHOUT ROWID;
-- Calls that have their outcome. Nothing more is taken for them.
CREATE TABLE finished_call (
    call_id TEXT PRIMARY KEY,
    at      TEXT NOT NULL
) WITHOUT ROWID;
-- Calls whose callback is on disk, and the day by which it was promised.
CREATE TABLE callback (
    call_id     TEXT PRIMARY KEY,
    at          TEXT NOT NULL,
    promised_by TEXT NOT NULL  -- ISO 8601
) WITHOUT ROWID;
PRAGMA user_version = 1;

-- see --
-- Take the id of an event, unless it is known or its call has its outcome.
INSERT INTO seen (id, call_id)
SELECT :id, :call_id
WHERE NOT EXISTS (SELECT 1 FROM finished_call WHERE call_id = :call_id)
ON CONFLICT (id) DO NOTHING;

-- keep --
INSERT INTO event (id, call_id, kind, at, facts, data)
VALUES (:id, :call_id, :kind, :at, :facts, :data);

-- open_call --
INSERT INTO open_call (call_id, facts) VALUES (:call_id, :facts)
ON CONFLICT (call_id) DO UPDATE SET facts = excluded.facts;

-- keep_callback --
INSERT INTO callback (call_id, at, promised_by)
VALUES (:call_id, :at, json_extract(:data, '$.promised_by'))
ON CONFLICT (call_id) DO NOTHING;

-- finish_call --
INSERT INTO finished_call (call_id, at) VALUES (:call_id, :at);

-- close_call --
DELETE FROM open_call WHERE call_id = :call_id;

-- forget_ids --
DELETE FROM seen WHERE call_id = :call_id;

-- forget_finished --
DELETE FROM finished_call WHERE at < :before;

-- forget_callbacks --
DELETE FROM callback
WHERE at < :before AND call_id NOT IN (SELECT call_id FROM open_call);

-- open_calls --
SELECT call_id, facts FROM open_call ORDER BY call_id;

-- callback_promised --
SELECT promised_by FROM callback WHERE call_id = ?;

-- unshipped --
SELECT seq, id, call_id, kind, at, facts, data FROM event ORDER BY seq LIMIT ?;

-- oldest --
SELECT at FROM event ORDER BY seq LIMIT 1;

-- count_events --
SELECT count(*) FROM event;

-- count_rejected --
SELECT count(*) FROM rejected;

-- shipped --
DELETE FROM event WHERE seq <= ?;

-- set_aside --
INSERT INTO rejected (seq, id, call_id, kind, at, facts, data, reason)
SELECT seq, id, call_id, kind, at, facts, data, :reason FROM event WHERE seq = :seq;

-- forget_event --
DELETE FROM event WHERE seq = :seq;
