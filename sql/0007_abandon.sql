-- Who hangs up in the line may be called back: the record says who was told so. What such a
-- call came to is counted as before; its request says in its events that it was made by
-- hanging up (`data ->> 'by'`).

ALTER TABLE call_event
    DROP CONSTRAINT call_event_kind_check,
    ADD CONSTRAINT call_event_kind_check CHECK (kind IN (
        'arrived', 'adopted', 'scene', 'joined', 'rejoined', 'assured', 'urgent', 'language',
        'limit', 'ghost', 'ringing', 'missed', 'connected', 'answered', 'held', 'resumed',
        'consulted', 'added', 'transferred', 'callback_requested', 'callback_repeated', 'fault',
        'finished'
    ));
