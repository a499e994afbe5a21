-- A callback is a promise: what may happen to a request, each attempt to reach the
-- citizen, and one open request of a number to a line. The same rules as in
-- ivr/domain/callback.py, held here as well. A number may be erased from a request
-- that is over; what remains can still be counted.

ALTER TABLE call_event
    DROP CONSTRAINT call_event_kind_check,
    ADD CONSTRAINT call_event_kind_check CHECK (kind IN (
        'arrived', 'adopted', 'scene', 'joined', 'rejoined', 'urgent', 'language', 'limit',
        'ghost', 'ringing', 'missed', 'connected', 'answered', 'held', 'resumed', 'consulted',
        'added', 'transferred', 'callback_requested', 'callback_repeated', 'fault', 'finished'
    ));

ALTER TABLE callback
    DROP CONSTRAINT callback_status_check,
    ALTER COLUMN number DROP NOT NULL,
    ADD COLUMN caller_urgent boolean NOT NULL DEFAULT false,
    ADD COLUMN assessed_urgent boolean NOT NULL DEFAULT false,
    ADD COLUMN not_before timestamptz,               -- postponed to an agreed time
    ADD COLUMN wanted text,                          -- the counsellor who has taken it
    ADD COLUMN forgiven integer NOT NULL DEFAULT 0,  -- attempts from before it was reopened
    ADD COLUMN answered_by text,                     -- the call in which the citizen got through
    ADD COLUMN closed_because text,
    ADD COLUMN again integer NOT NULL DEFAULT 0;     -- times asked for after the first

-- Until now callbacks were made by hand, from a list, and a number could stand in it twice.
-- The controller knows nothing of them: those not made yet stay on the list of those that
-- want a counsellor's eye.
UPDATE callback SET status = 'closed', closed_because = 'by_hand' WHERE status = 'done';
UPDATE callback SET status = 'unreached' WHERE status = 'waiting';

ALTER TABLE callback
    ADD CONSTRAINT callback_status_check CHECK (status IN (
        'waiting',            -- in the line at the place of `joined`, from `not_before` on
        'calling',            -- waiting -> an attempt is on the air
        'reached',            -- calling -> a counsellor and the citizen talked
        'unreached',          -- calling -> attempts used up: wants a counsellor's eye
        'answered_by_phone',  -- waiting or calling -> the citizen got through by themselves
        'closed'              -- waiting or unreached -> by a person, with a reason
    )),
    ADD CHECK (closed_because IN (
        'settled', 'not_wanted', 'mistake', 'by_hand'
    )),
    ADD CHECK ((status = 'closed') = (closed_because IS NOT NULL)),
    ADD CHECK (status <> 'answered_by_phone' OR answered_by IS NOT NULL),
    ADD CHECK (number IS NOT NULL OR status NOT IN ('waiting', 'calling'));
CREATE UNIQUE INDEX callback_one_open ON callback (line, number)
    WHERE status IN ('waiting', 'calling');

-- One row per dialling of the citizen.
CREATE TABLE callback_attempt (
    callback   text NOT NULL REFERENCES callback,
    number     integer NOT NULL CHECK (number >= 1),
    began      timestamptz NOT NULL,
    counsellor text NOT NULL,
    call_id    text NOT NULL,    -- the call that was made
    ended      timestamptz,      -- NULL: on the air
    result     text CHECK (result IN (
        'reached',
        'no_answer',
        'busy',
        'machine',       -- an answering machine; nothing was left on it
        'refused',       -- rejected on the phone
        'wrong_number',  -- whoever answered had not asked
        'failed'         -- could not be rung, or the switch went down
    )),
    PRIMARY KEY (callback, number),
    CHECK ((ended IS NULL) = (result IS NULL)),
    CHECK (ended >= began)
);
CREATE UNIQUE INDEX callback_attempt_on_air ON callback_attempt (callback) WHERE result IS NULL;

CREATE TABLE callback_event (
    id       text PRIMARY KEY,
    callback text NOT NULL REFERENCES callback,
    kind     text NOT NULL CHECK (kind IN (
        'requested', 'again', 'called', 'ended', 'postponed', 'taken', 'closed',
        'answered_by_phone'
    )),
    at       timestamptz NOT NULL,
    call_id  text NOT NULL,     -- the call that it is about
    data     jsonb NOT NULL,    -- what the kind carries, without any number
    CHECK (NOT data ? 'number')
);
CREATE INDEX callback_event_callback ON callback_event (callback, at);

CREATE FUNCTION callback_may_become(before text, after text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT before = after OR (before, after) IN (
        ('waiting', 'calling'), ('waiting', 'answered_by_phone'), ('waiting', 'closed'),
        ('calling', 'waiting'), ('calling', 'reached'), ('calling', 'unreached'),
        ('calling', 'answered_by_phone'),
        ('unreached', 'waiting'), ('unreached', 'closed')
    )
$$;

CREATE FUNCTION check_callback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT callback_may_become(OLD.status, NEW.status) THEN
        RAISE check_violation USING
            MESSAGE = format('callback %s is %s: it cannot become %s', OLD.id, OLD.status, NEW.status);
    END IF;
    IF (NEW.id, NEW.line, NEW.joined, NEW.requested_at)
        IS DISTINCT FROM (OLD.id, OLD.line, OLD.joined, OLD.requested_at)
        OR (NEW.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number) THEN
        RAISE check_violation USING
            MESSAGE = format('callback %s: its line, number, place and time never change', OLD.id);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER callback_check BEFORE UPDATE ON callback
    FOR EACH ROW EXECUTE FUNCTION check_callback();

CREATE FUNCTION check_callback_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number > 1 + (SELECT count(*) FROM callback_attempt WHERE callback = NEW.callback) THEN
        RAISE check_violation USING
            MESSAGE = format('callback %s: attempt %s comes too early', NEW.callback, NEW.number);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER callback_attempt_check BEFORE INSERT ON callback_attempt
    FOR EACH ROW EXECUTE FUNCTION check_callback_attempt();

-- Take one event of a request: true if it was new. The same event again changes nothing.
-- `state` is the request after the event, as the controller writes it.
CREATE FUNCTION apply_callback_event(
    event_id text, event_callback text, event_kind text, event_at timestamptz,
    event_call text, state jsonb, event_data jsonb
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM callback_event WHERE id = event_id) THEN
        RETURN false;
    END IF;
    PERFORM keep_callback_state(event_callback, state);
    PERFORM keep_callback_attempts(event_callback, state);
    IF (state ->> 'status' = 'calling') <> EXISTS (
        SELECT 1 FROM callback_attempt WHERE callback = event_callback AND result IS NULL
    ) THEN
        RAISE check_violation USING
            MESSAGE = format('callback %s: it is calling while an attempt is on the air, and only'
                             ' then', event_callback);
    END IF;
    INSERT INTO callback_event (id, callback, kind, at, call_id, data)
    VALUES (event_id, event_callback, event_kind, event_at, event_call, event_data);
    RETURN true;
END
$$;

CREATE FUNCTION keep_callback_state(callback_id text, state jsonb)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO callback (
        id, line, number, language, topic, joined, promised_by, requested_at, status,
        caller_urgent, assessed_urgent, not_before, wanted, forgiven, answered_by,
        closed_because, again
    )
    VALUES (
        callback_id, state ->> 'line', state ->> 'number', state ->> 'language',
        state ->> 'topic', (state ->> 'joined')::timestamptz, (state ->> 'promised_by')::date,
        (state ->> 'requested')::timestamptz, state ->> 'status',
        coalesce((state ->> 'caller_urgent')::boolean, false),
        coalesce((state ->> 'assessed_urgent')::boolean, false),
        (state ->> 'not_before')::timestamptz, state ->> 'wanted',
        (state ->> 'forgiven')::integer, state ->> 'answered_by', state ->> 'closed_because',
        (state ->> 'again')::integer
    )
    ON CONFLICT (id) DO UPDATE SET
        language = excluded.language,
        topic = excluded.topic,
        promised_by = excluded.promised_by,
        status = excluded.status,
        caller_urgent = excluded.caller_urgent,
        assessed_urgent = excluded.assessed_urgent,
        not_before = excluded.not_before,
        wanted = excluded.wanted,
        forgiven = excluded.forgiven,
        answered_by = excluded.answered_by,
        closed_because = excluded.closed_because,
        again = excluded.again
$$;

CREATE FUNCTION keep_callback_attempts(callback_id text, state jsonb)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO callback_attempt AS kept
        (callback, number, began, counsellor, call_id, ended, result)
    SELECT
        callback_id, (each ->> 'number')::integer, (each ->> 'began')::timestamptz,
        each ->> 'counsellor', each ->> 'call', (each ->> 'ended')::timestamptz,
        each ->> 'result'
    FROM jsonb_array_elements(coalesce(state -> 'attempts', '[]')) AS each
    ORDER BY 2
    ON CONFLICT (callback, number) DO UPDATE SET ended = excluded.ended, result = excluded.result
    WHERE kept.result IS NULL
$$;

-- A request is kept by its own events, no longer by that of the call.
CREATE OR REPLACE FUNCTION note_event(
    call_id text, kind text, event_at timestamptz, facts jsonb, data jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CASE kind
    WHEN 'connected' THEN
        UPDATE call SET connected = least(connected, event_at) WHERE id = call_id;
    WHEN 'answered' THEN
        UPDATE call SET answered = least(answered, event_at) WHERE id = call_id;
    WHEN 'transferred' THEN
        UPDATE call SET transfers = transfers + 1 WHERE id = call_id;
    WHEN 'finished' THEN
        UPDATE call SET outcome = data ->> 'outcome', ended = event_at WHERE id = call_id;
    ELSE
        NULL;
    END CASE;
END
$$;
DROP FUNCTION keep_callback(text, timestamptz, jsonb, jsonb);
