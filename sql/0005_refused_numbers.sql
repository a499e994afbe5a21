-- A number that may not be called any more is seen to by a person: its request waits no longer
-- and is given up, with the reason in the event. Reopened, it is judged anew.

CREATE OR REPLACE FUNCTION callback_may_become(before text, after text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT before = after OR (before, after) IN (
        ('waiting', 'calling'), ('waiting', 'answered_by_phone'), ('waiting', 'closed'),
        ('waiting', 'unreached'),
        ('calling', 'waiting'), ('calling', 'reached'), ('calling', 'unreached'),
        ('calling', 'answered_by_phone'),
        ('unreached', 'waiting'), ('unreached', 'closed')
    )
$$;

ALTER TABLE callback_event
    DROP CONSTRAINT callback_event_kind_check,
    ADD CONSTRAINT callback_event_kind_check CHECK (kind IN (
        'requested', 'again', 'called', 'ended', 'postponed', 'taken', 'closed',
        'answered_by_phone',
        'refused'  -- because
    )),
    ADD CONSTRAINT callback_event_refused_check CHECK (
        kind <> 'refused' OR data ->> 'because' IN (
            'emergency', 'short', 'premium', 'satellite', 'invalid', 'ours', 'foreign', 'barred'
        )
    );
