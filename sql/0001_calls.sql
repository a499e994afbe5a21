-- The record of calls: what happened (call_event), what is known of each call
-- (call), and the callbacks that were promised (callback). Numbers stand in
-- call.caller and callback.number and nowhere else, so that forgetting a person
-- is two updates.

CREATE TABLE call (
    id         text PRIMARY KEY,
    dialled    text NOT NULL,
    line       text,                -- NULL: the number dialled is no line of ours
    caller     text CHECK (caller ~ '^\+[0-9]{1,15}$'),  -- E.164; NULL: withheld or unusable
    hidden     boolean NOT NULL,
    arrived    timestamptz NOT NULL,
    language   text CHECK (language IN ('fi', 'sv')),
    topic      text,
    joined     timestamptz,         -- first joined the line
    connected  timestamptz,         -- a counsellor and the caller first heard each other
    answered   timestamptz,         -- 200 OK: charging began
    counsellor text,
    scene      text NOT NULL,       -- the newest known
    step       integer NOT NULL,
    seen       timestamptz NOT NULL,  -- the time of the newest event, with `step` its order
    ended      timestamptz,
    outcome    text CHECK (outcome IN (
        'served',            -- talking -> ended
        'callback',          -- waiting -> callback on disk -> ended
        'closed_hours',      -- arrived -> told that the line is closed -> ended
        'abandoned_menu',    -- hung up before joining the line
        'abandoned_queue',   -- hung up while waiting
        'carrier_released',  -- waiting -> ended by the network at its ring limit
        'handed_over',       -- talking -> transferred out of the service
        'fallback',          -- served by the dialplan while the controller was away
        'unknown_number',    -- arrived at a number that is no line -> ended
        'lost'               -- Asterisk died
    )),
    CHECK (NOT hidden OR caller IS NULL),
    CHECK ((outcome IS NULL) = (ended IS NULL))
);
CREATE INDEX call_arrived ON call (arrived);

CREATE TABLE call_event (
    id      text PRIMARY KEY,
    call_id text NOT NULL REFERENCES call,
    kind    text NOT NULL CHECK (kind IN (
        'arrived', 'adopted', 'scene', 'joined', 'ringing', 'missed', 'connected', 'answered',
        'callback_requested', 'fault', 'finished'
    )),
    at      timestamptz NOT NULL,
    scene   text NOT NULL,
    step    integer NOT NULL,
    data    jsonb NOT NULL,         -- what the kind carries, without any number
    CHECK (NOT data ? 'number'),
    CHECK (kind <> 'finished' OR data ->> 'outcome' IS NOT NULL)
);
CREATE INDEX call_event_call ON call_event (call_id, at);
-- Every call gets exactly one outcome, and arrives once.
CREATE UNIQUE INDEX call_event_once ON call_event (call_id, kind)
    WHERE kind IN ('arrived', 'finished');

-- One row per request; its id is the call's.
CREATE TABLE callback (
    id           text PRIMARY KEY REFERENCES call,
    line         text NOT NULL,
    number       text NOT NULL CHECK (number ~ '^\+[0-9]{1,15}$'),
    language     text CHECK (language IN ('fi', 'sv')),
    topic        text,
    joined       timestamptz NOT NULL,  -- its place in the line: never changes
    promised_by  date NOT NULL,
    requested_at timestamptz NOT NULL,
    status       text NOT NULL DEFAULT 'waiting' CHECK (status IN (
        'waiting',  -- requested -> waiting, in the line at the place of `joined`
        'done'      -- waiting -> called back, by hand
    ))
);
CREATE INDEX callback_waiting ON callback (joined) WHERE status = 'waiting';

-- Take one event: true if it was new. The same event again changes nothing, nor
-- does a second outcome; an older event that comes late never undoes a newer one.
-- `facts` is the state of the call after the event, as the controller writes it.
CREATE FUNCTION apply_event(
    event_id text, event_call text, event_kind text, event_at timestamptz,
    facts jsonb, event_data jsonb
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM open_call(event_call, event_at, facts);
    INSERT INTO call_event (id, call_id, kind, at, scene, step, data)
    VALUES (event_id, event_call, event_kind, event_at, facts ->> 'scene',
            (facts ->> 'step')::integer, event_data - 'number')
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM note_facts(event_call, event_at, facts);
    PERFORM note_event(event_call, event_kind, event_at, facts, event_data);
    RETURN true;
END
$$;

CREATE FUNCTION open_call(call_id text, at timestamptz, facts jsonb)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO call (id, dialled, caller, hidden, arrived, scene, step, seen)
    VALUES (call_id, facts ->> 'dialled', facts ->> 'number',
            coalesce((facts ->> 'hidden')::boolean, false),
            (facts ->> 'arrived')::timestamptz,
            facts ->> 'scene', (facts ->> 'step')::integer, at)
    ON CONFLICT (id) DO NOTHING
$$;

-- The newest facts hold.
CREATE FUNCTION note_facts(call_id text, at timestamptz, facts jsonb)
RETURNS void LANGUAGE sql AS $$
    UPDATE call SET
        line = facts ->> 'line',
        language = facts ->> 'language',
        topic = facts ->> 'topic',
        joined = (facts ->> 'joined')::timestamptz,
        counsellor = facts ->> 'counsellor',
        scene = facts ->> 'scene',
        step = (facts ->> 'step')::integer,
        seen = at
    WHERE id = call_id AND (step, seen) <= ((facts ->> 'step')::integer, at)
$$;

CREATE FUNCTION note_event(
    call_id text, kind text, event_at timestamptz, facts jsonb, data jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CASE kind
    WHEN 'connected' THEN
        UPDATE call SET connected = least(connected, event_at) WHERE id = call_id;
    WHEN 'answered' THEN
        UPDATE call SET answered = least(answered, event_at) WHERE id = call_id;
    WHEN 'callback_requested' THEN
        PERFORM keep_callback(call_id, event_at, facts, data);
    WHEN 'finished' THEN
        UPDATE call SET outcome = data ->> 'outcome', ended = event_at WHERE id = call_id;
    ELSE
        NULL;
    END CASE;
END
$$;

CREATE FUNCTION keep_callback(call_id text, at timestamptz, facts jsonb, data jsonb)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO callback (id, line, number, language, topic, joined, promised_by, requested_at)
    VALUES (call_id, coalesce(data ->> 'line', facts ->> 'line'), data ->> 'number',
            coalesce(data ->> 'language', facts ->> 'language'),
            coalesce(data ->> 'topic', facts ->> 'topic'),
            coalesce((data ->> 'joined')::timestamptz, (facts ->> 'joined')::timestamptz, at),
            (data ->> 'promised_by')::date, at)
    ON CONFLICT (id) DO NOTHING
$$;

-- Arrivals and what became of them, per line and day of arrival (Europe/Helsinki).
-- `line` is NULL for numbers that are no line. `balance` is arrivals minus
-- outcomes: the calls still open, so zero when no call is; otherwise a call was
-- forgotten. A call counts on the day of its arrival, whenever it ends.
CREATE VIEW outcome_balance AS
WITH counted AS (
    SELECT
        line,
        (arrived AT TIME ZONE 'Europe/Helsinki')::date AS day,
        count(*) AS arrivals,
        count(*) FILTER (WHERE outcome = 'served') AS served,
        count(*) FILTER (WHERE outcome = 'callback') AS callback,
        count(*) FILTER (WHERE outcome = 'closed_hours') AS closed_hours,
        count(*) FILTER (WHERE outcome = 'abandoned_menu') AS abandoned_menu,
        count(*) FILTER (WHERE outcome = 'abandoned_queue') AS abandoned_queue,
        count(*) FILTER (WHERE outcome = 'carrier_released') AS carrier_released,
        count(*) FILTER (WHERE outcome = 'handed_over') AS handed_over,
        count(*) FILTER (WHERE outcome = 'fallback') AS fallback,
        count(*) FILTER (WHERE outcome = 'unknown_number') AS unknown_number,
        count(*) FILTER (WHERE outcome = 'lost') AS lost,
        count(*) FILTER (WHERE outcome IS NULL) AS open
    FROM call
    GROUP BY 1, 2
)
SELECT
    *,
    arrivals - served - callback - closed_hours - abandoned_menu - abandoned_queue
        - carrier_released - handed_over - fallback - unknown_number - lost AS balance
FROM counted;
