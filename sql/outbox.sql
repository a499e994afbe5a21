-- The outbox: what has happened and is not yet in Postgres, and what of it the
-- controller must know for itself. SQLite, in one file beside the controller.
-- Queries are named by a line of their own; `?` takes a value.

-- schema_1 --
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

-- schema_2 --
-- Events of counsellors stand in one order with those of the calls: `counsellor` is
-- NULL for an event of a call, `call_id` for an event that is about no call. `state`
-- is the call's facts or the counsellor's duty after the event.
CREATE TABLE event_2 (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    counsellor TEXT,
    call_id    TEXT,
    kind       TEXT NOT NULL,
    at         TEXT NOT NULL,  -- ISO 8601, UTC
    state      TEXT NOT NULL,  -- JSON
    data       TEXT NOT NULL,  -- JSON
    CHECK (counsellor IS NOT NULL OR call_id IS NOT NULL)
);
INSERT INTO event_2 (seq, id, call_id, kind, at, state, data)
SELECT seq, id, call_id, kind, at, facts, data FROM event;
-- The numbers go on where they were: those of `rejected` are among them.
DELETE FROM sqlite_sequence WHERE name = 'event_2';
UPDATE sqlite_sequence SET name = 'event_2' WHERE name = 'event';
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;
CREATE TABLE rejected_2 (
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL,
    counsellor TEXT,
    call_id    TEXT,
    kind       TEXT NOT NULL,
    at         TEXT NOT NULL,
    state      TEXT NOT NULL,
    data       TEXT NOT NULL,
    reason     TEXT NOT NULL
);
INSERT INTO rejected_2 (seq, id, call_id, kind, at, state, data, reason)
SELECT seq, id, call_id, kind, at, facts, data, reason FROM rejected;
DROP TABLE rejected;
ALTER TABLE rejected_2 RENAME TO rejected;
-- The ids of counsellors' events of the last days.
CREATE TABLE seen_duty (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_duty_at ON seen_duty (at);
-- The latest state of every counsellor.
CREATE TABLE duty (
    counsellor TEXT PRIMARY KEY,
    state      TEXT NOT NULL  -- JSON
) WITHOUT ROWID;
-- The places of callers who were cut off, for when they call again.
CREATE TABLE left_line (
    call_id TEXT PRIMARY KEY,
    line    TEXT NOT NULL,
    number  TEXT NOT NULL,    -- E.164
    at      TEXT NOT NULL,    -- when they left
    joined  TEXT NOT NULL,    -- when they first joined
    urgent  INTEGER NOT NULL, -- 0 or 1
    given   TEXT              -- the call that has the place now
) WITHOUT ROWID;
CREATE INDEX left_line_caller ON left_line (line, number);
CREATE INDEX finished_call_at ON finished_call (at);
PRAGMA user_version = 2;

-- schema_3 --
-- Whose word it was that the matter is urgent. Of a place left before, it counts as the
-- caller's.
ALTER TABLE left_line RENAME COLUMN urgent TO caller_urgent;
ALTER TABLE left_line ADD COLUMN assessed_urgent INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 3;

-- schema_4 --
-- Events of requests to be called back stand in the one order, too: `callback` names the
-- request, and `state` is what it is after the event.
ALTER TABLE event ADD COLUMN callback TEXT;
ALTER TABLE rejected ADD COLUMN callback TEXT;
-- Whose request the call was promised: its own, or an earlier one of the same number.
ALTER TABLE callback ADD COLUMN request TEXT NOT NULL DEFAULT '';
UPDATE callback SET request = call_id;
-- The latest state of every request that is not long over. That a number has one open
-- request of a line is seen to by the one who writes: an index that refused a second one
-- would refuse the events of calls that are written with it.
CREATE TABLE callback_state (
    callback TEXT PRIMARY KEY,
    at       TEXT NOT NULL,
    over     INTEGER NOT NULL,  -- 1: nothing more will happen to it
    joined   TEXT NOT NULL,
    state    TEXT NOT NULL      -- JSON
) WITHOUT ROWID;
-- What was promised and has not left this file waits to be called; of several from one
-- number to one line the first. What Postgres has already is called from a list, by hand.
INSERT INTO callback_state (callback, at, over, joined, state)
SELECT call_id, at, 0, joined, json_object(
    'v', 1, 'id', call_id, 'line', line, 'number', number, 'language', language,
    'topic', topic, 'joined', joined, 'requested', at, 'promised_by', promised_by,
    'status', 'waiting', 'caller_urgent', json(urgent), 'forgiven', 0, 'again', 0
)
FROM (
    SELECT *, row_number() OVER (PARTITION BY line, number ORDER BY joined, seq) AS nth
    FROM (
        SELECT
            seq, call_id, at,
            json_extract(data, '$.line') AS line,
            json_extract(data, '$.number') AS number,
            json_extract(data, '$.language') AS language,
            coalesce(json_extract(data, '$.topic'), '') AS topic,
            json_extract(data, '$.joined') AS joined,
            json_extract(data, '$.promised_by') AS promised_by,
            iif(json_extract(state, '$.caller_urgent'), 'true', 'false') AS urgent
        FROM event WHERE kind = 'callback_requested' AND counsellor IS NULL
    )
)
WHERE nth = 1;
INSERT INTO event (id, callback, call_id, kind, at, state, data)
SELECT callback || '/requested', callback, callback, 'requested', at, state, '{}'
FROM callback_state ORDER BY at, callback;
INSERT INTO seen_duty (id, at) SELECT callback || '/requested', at FROM callback_state;
PRAGMA user_version = 4;

-- see --
-- Take the id of an event, unless it is known or its call has its outcome.
INSERT INTO seen (id, call_id)
SELECT :id, :call_id
WHERE NOT EXISTS (SELECT 1 FROM finished_call WHERE call_id = :call_id)
ON CONFLICT (id) DO NOTHING;

-- keep --
INSERT INTO event (id, counsellor, callback, call_id, kind, at, state, data)
VALUES (:id, :counsellor, :callback, :call_id, :kind, :at, :state, :data);

-- open_call --
INSERT INTO open_call (call_id, facts) VALUES (:call_id, :state)
ON CONFLICT (call_id) DO UPDATE SET facts = excluded.facts;

-- see_duty --
INSERT INTO seen_duty (id, at) VALUES (:id, :at) ON CONFLICT (id) DO NOTHING;

-- see_callback --
-- Take the id of an event of a request, unless it is known or the request is forgotten: what
-- comes late brings no number back. A request begins with its first event.
INSERT INTO seen_duty (id, at)
SELECT :id, :at
WHERE :kind = 'requested' OR EXISTS (SELECT 1 FROM callback_state WHERE callback = :callback)
ON CONFLICT (id) DO NOTHING;

-- keep_duty --
INSERT INTO duty (counsellor, state) VALUES (:counsellor, :state)
ON CONFLICT (counsellor) DO UPDATE SET state = excluded.state;

-- forget_duty_ids --
DELETE FROM seen_duty WHERE at < :before;

-- leave_line --
INSERT INTO left_line (call_id, line, number, at, joined, caller_urgent, assessed_urgent)
VALUES (:call_id, :line, :number, :at, :joined, :caller_urgent, :assessed_urgent)
ON CONFLICT (call_id) DO NOTHING;

-- forget_places --
DELETE FROM left_line WHERE at < :before;

-- place_left --
SELECT call_id, joined, caller_urgent, assessed_urgent FROM left_line
WHERE line = :line AND number = :number AND at >= :since AND (given IS NULL OR given = :by)
ORDER BY given IS NULL, joined, call_id LIMIT 1;

-- take_place --
UPDATE left_line SET given = :by WHERE call_id = :call;

-- duties --
SELECT counsellor, state FROM duty ORDER BY counsellor;

-- keep_callback --
INSERT INTO callback (call_id, at, promised_by, request)
VALUES (
    :call_id, :at, json_extract(:data, '$.promised_by'),
    coalesce(json_extract(:data, '$.callback'), :call_id)
)
ON CONFLICT (call_id) DO NOTHING;

-- keep_callback_state --
INSERT INTO callback_state (callback, at, over, joined, state)
VALUES (
    :callback, :at,
    json_extract(:state, '$.status') IN ('reached', 'answered_by_phone', 'closed'),
    json_extract(:state, '$.joined'), :state
)
ON CONFLICT (callback) DO UPDATE
SET at = excluded.at, over = excluded.over, state = excluded.state;

-- callbacks --
SELECT state FROM callback_state ORDER BY joined, callback;

-- forget_callback_states --
DELETE FROM callback_state WHERE over AND at < :before;

-- erase_callbacks --
-- :before is, by the line, since when a request must be over; :otherwise for other lines.
DELETE FROM callback_state
WHERE over AND at <= coalesce(
    (SELECT value FROM json_each(:before) WHERE key = json_extract(state, '$.line')), :otherwise
);

-- erase_rejected --
-- From what Postgres refused; only the first line of the reason repeats no values.
UPDATE rejected
SET state = json_remove(state, '$.number', '$.keyed'),
    data = json_remove(data, '$.number'),
    reason = substr(reason, 1, instr(reason || char(10), char(10)) - 1)
WHERE counsellor IS NULL AND at <= coalesce(
    (SELECT value FROM json_each(:before) WHERE key = json_extract(state, '$.line')), :otherwise
) AND coalesce(
    json_extract(state, '$.number'), json_extract(state, '$.keyed'), json_extract(data, '$.number')
) IS NOT NULL;

-- given_up --
SELECT callback FROM callback_state
WHERE json_extract(state, '$.status') = 'unreached' AND at <= ? ORDER BY joined, callback;

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
SELECT request, promised_by FROM callback WHERE call_id = ?;

-- unshipped --
SELECT seq, id, counsellor, callback, call_id, kind, at, state, data
FROM event ORDER BY seq LIMIT ?;

-- oldest --
SELECT at FROM event ORDER BY seq LIMIT 1;

-- count_events --
SELECT count(*) FROM event;

-- ever_used --
SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'event';

-- count_rejected --
SELECT count(*) FROM rejected;

-- shipped --
DELETE FROM event WHERE seq <= ?;

-- set_aside --
INSERT INTO rejected (seq, id, counsellor, callback, call_id, kind, at, state, data, reason)
SELECT seq, id, counsellor, callback, call_id, kind, at, state, data, :reason
FROM event WHERE seq = :seq;

-- forget_event --
DELETE FROM event WHERE seq = :seq;
