-- One fair line: how callers left it, what the counsellors did, and what became of
-- the conversations. A counsellor's telephone codes and PINs are never here.

ALTER TABLE call
    ADD COLUMN caller_urgent boolean NOT NULL DEFAULT false,    -- by the caller's own word
    ADD COLUMN assessed_urgent boolean NOT NULL DEFAULT false,  -- by a counsellor's judgement
    ADD COLUMN transfers integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT call_outcome_check,
    ADD CONSTRAINT call_outcome_check CHECK (outcome IN (
        'served',            -- talking -> ended
        'callback',          -- waiting -> callback on disk -> ended
        'closed_hours',      -- arrived -> told that the line is closed -> ended
        'abandoned_menu',    -- hung up before joining the line
        'abandoned_queue',   -- hung up while waiting
        'carrier_released',  -- waiting -> ended by the network at its ring limit
        'handed_over',       -- talking -> transferred out of the service
        'turned_away',       -- waiting -> told why they cannot go on waiting -> ended
        'ghost',             -- waiting -> the phone vanished without a word -> removed
        'fallback',          -- served by the dialplan while the controller was away
        'unknown_number',    -- arrived at a number that is no line -> ended
        'lost'               -- Asterisk died
    ));

ALTER TABLE call_event
    DROP CONSTRAINT call_event_kind_check,
    ADD CONSTRAINT call_event_kind_check CHECK (kind IN (
        'arrived', 'adopted', 'scene', 'joined', 'rejoined', 'urgent', 'language', 'limit',
        'ghost', 'ringing', 'missed', 'connected', 'answered', 'held', 'resumed', 'consulted',
        'added', 'transferred', 'callback_requested', 'fault', 'finished'
    ));

-- Every change of what a counsellor does.
CREATE TABLE counsellor_event (
    id         text PRIMARY KEY,
    counsellor text NOT NULL,
    kind       text NOT NULL CHECK (kind IN (
        'signed_in',        -- signed out -> free, or away while the phone is out of reach
        'signed_out',       -- any but talking -> signed out
        'reachable',        -- away -> free
        'unreachable',      -- free or ringing -> away
        'ringing',          -- free -> ringing
        'missed',           -- ringing -> nobody answered -> free; paused after some
        'declined',         -- ringing -> rejected on the phone -> free
        'withdrawn',        -- ringing -> the caller or another counsellor was faster -> free
        'talking',          -- ringing -> answered
        'wrap_up',          -- talking -> ended -> wrap-up
        'free',             -- wrap-up -> over -> free
        'paused',           -- free -> paused; from a call or wrap-up when that is over
        'resumed',          -- paused or wrap-up -> ended by the counsellor -> free
        'disposition',      -- the state stays: what became of the call
        'assessed_urgent',  -- the state stays: the caller is judged urgent
        'wrong_pin'         -- the state stays: somebody tried to sign in
    )),
    at         timestamptz NOT NULL,
    call_id    text,            -- the call that it is about, if any
    duty       jsonb NOT NULL,  -- the counsellor's state after it, as the controller writes it
    data       jsonb NOT NULL,  -- what the kind carries
    CHECK (NOT data ? 'pin'),
    CHECK (call_id IS NOT NULL OR kind NOT IN ('disposition', 'assessed_urgent'))
);
CREATE INDEX counsellor_event_counsellor ON counsellor_event (counsellor, at);
CREATE INDEX counsellor_event_call ON counsellor_event (call_id) WHERE call_id IS NOT NULL;

-- What became of a conversation, in the word of each counsellor who had a part in it.
CREATE TABLE disposition (
    call_id    text NOT NULL REFERENCES call,
    counsellor text NOT NULL,
    code       text NOT NULL CHECK (code IN (
        'resolved',            -- the matter was settled in the call
        'referred_county',     -- led on within the county
        'referred_elsewhere',  -- led on to another authority
        'callback_agreed',     -- the counsellor calls again
        'other'
    )),
    at         timestamptz NOT NULL,
    PRIMARY KEY (call_id, counsellor)
);

-- Take one event of a counsellor: true if it was new. The same event again changes
-- nothing; an older disposition that comes late never undoes a newer one.
CREATE FUNCTION apply_duty_event(
    event_id text, event_counsellor text, event_kind text, event_at timestamptz,
    event_call text, event_duty jsonb, event_data jsonb
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO counsellor_event (id, counsellor, kind, at, call_id, duty, data)
    VALUES (event_id, event_counsellor, event_kind, event_at, event_call, event_duty, event_data)
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    CASE event_kind
    WHEN 'disposition' THEN
        PERFORM keep_disposition(event_call, event_counsellor, event_data ->> 'code', event_at);
    WHEN 'assessed_urgent' THEN
        UPDATE call SET assessed_urgent = true WHERE id = event_call;
    ELSE
        NULL;
    END CASE;
    RETURN true;
END
$$;

CREATE FUNCTION keep_disposition(of_call text, by_counsellor text, new_code text, new_at timestamptz)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO disposition AS kept (call_id, counsellor, code, at)
    VALUES (of_call, by_counsellor, new_code, new_at)
    ON CONFLICT (call_id, counsellor) DO UPDATE SET code = excluded.code, at = excluded.at
    WHERE kept.at <= excluded.at
$$;

-- The newest facts hold. Only a judgement of urgency, which may come after the call's
-- end and not from its facts, is never taken back.
CREATE OR REPLACE FUNCTION note_facts(call_id text, at timestamptz, facts jsonb)
RETURNS void LANGUAGE sql AS $$
    UPDATE call SET
        line = facts ->> 'line',
        language = facts ->> 'language',
        topic = facts ->> 'topic',
        joined = (facts ->> 'joined')::timestamptz,
        counsellor = facts ->> 'counsellor',
        caller_urgent = coalesce((facts ->> 'caller_urgent')::boolean, false),
        assessed_urgent =
            assessed_urgent OR coalesce((facts ->> 'assessed_urgent')::boolean, false),
        scene = facts ->> 'scene',
        step = (facts ->> 'step')::integer,
        seen = at
    WHERE id = call_id AND (step, seen) <= ((facts ->> 'step')::integer, at)
$$;

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
    WHEN 'callback_requested' THEN
        PERFORM keep_callback(call_id, event_at, facts, data);
    WHEN 'finished' THEN
        UPDATE call SET outcome = data ->> 'outcome', ended = event_at WHERE id = call_id;
    ELSE
        NULL;
    END CASE;
END
$$;

-- Arrivals and what became of them, per line and day of arrival (Europe/Helsinki).
-- `line` is NULL for numbers that are no line. `balance` is arrivals minus
-- outcomes: the calls still open, so zero when no call is; otherwise a call was
-- forgotten. A call counts on the day of its arrival, whenever it ends.
DROP VIEW outcome_balance;
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
        count(*) FILTER (WHERE outcome = 'turned_away') AS turned_away,
        count(*) FILTER (WHERE outcome = 'ghost') AS ghost,
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
        - carrier_released - handed_over - turned_away - ghost - fallback - unknown_number
        - lost AS balance
FROM counted;

-- How many of the served calls were resolved at first contact, per line and day of
-- arrival (Europe/Helsinki). Only calls of which a counsellor said what became of
-- them are counted; the last word of a call counts. `share` is from 0 to 1.
CREATE VIEW first_contact_resolution AS
WITH last_word AS (
    SELECT DISTINCT ON (call_id) call_id, code
    FROM disposition
    ORDER BY call_id, at DESC, counsellor
)
SELECT
    line,
    (arrived AT TIME ZONE 'Europe/Helsinki')::date AS day,
    count(*) AS with_disposition,
    count(*) FILTER (WHERE code = 'resolved') AS resolved,
    round(count(*) FILTER (WHERE code = 'resolved')::numeric / count(*), 3) AS share
FROM call JOIN last_word ON call_id = id
WHERE outcome = 'served'
GROUP BY 1, 2;
