-- The line calls back: calls that we make are on the record beside those that come, with
-- the request that they were made for. They are no arrivals.

ALTER TABLE call
    ADD COLUMN callback text REFERENCES callback,  -- NULL: the citizen called us
    DROP CONSTRAINT call_outcome_check,
    ADD CONSTRAINT call_outcome_check CHECK (outcome IN (
        'served', 'callback', 'closed_hours', 'abandoned_menu', 'abandoned_queue',
        'carrier_released', 'handed_over', 'turned_away', 'ghost', 'fallback', 'unknown_number',
        'not_reached',  -- called back -> not connected with a counsellor
        'lost'
    )),
    ADD CHECK (outcome <> 'not_reached' OR callback IS NOT NULL);
CREATE INDEX call_callback ON call (callback) WHERE callback IS NOT NULL;

CREATE OR REPLACE FUNCTION open_call(call_id text, at timestamptz, facts jsonb)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO call (id, dialled, caller, hidden, arrived, scene, step, seen, callback)
    VALUES (call_id, facts ->> 'dialled', facts ->> 'number',
            coalesce((facts ->> 'hidden')::boolean, false),
            (facts ->> 'arrived')::timestamptz,
            facts ->> 'scene', (facts ->> 'step')::integer, at, facts ->> 'callback')
    ON CONFLICT (id) DO NOTHING
$$;

-- Arrivals and what became of them, per line and day of arrival (Europe/Helsinki).
-- `line` is NULL for numbers that are no line. `balance` is arrivals minus
-- outcomes: the calls still open, so zero when no call is; otherwise a call was
-- forgotten. A call counts on the day of its arrival, whenever it ends; a call that we
-- made has not arrived.
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
    WHERE callback IS NULL
    GROUP BY 1, 2
)
SELECT
    *,
    arrivals - served - callback - closed_hours - abandoned_menu - abandoned_queue
        - carrier_released - handed_over - turned_away - ghost - fallback - unknown_number
        - lost AS balance
FROM counted;
