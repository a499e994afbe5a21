-- What is asked when a backup is made or comes back. Queries are named by a line of their own.
-- Those with `:` are for the outbox (SQLite), the others for Postgres.

-- count_waiting --
SELECT count(*) FROM callback_state
WHERE json_extract(state, '$.status') IN ('waiting', 'calling');

-- known_callbacks --
-- Requests whose number has been erased are over, and known here no more.
SELECT *, coalesce(
    (SELECT max(at) FROM callback_event WHERE callback_event.callback = callback.id), requested_at
) AS at
FROM callback WHERE number IS NOT NULL;

-- known_attempts --
SELECT attempt.* FROM callback_attempt AS attempt JOIN callback ON callback.id = attempt.callback
WHERE callback.number IS NOT NULL ORDER BY attempt.callback, attempt.number;

-- agree --
-- Nothing where an event of the request waits to be shipped, where nothing new is known, and
-- where a request that is over is not known here.
INSERT INTO callback_state (callback, at, over, joined, state)
SELECT :callback, :at, :over, :joined, :state
WHERE NOT EXISTS (SELECT 1 FROM event WHERE callback = :callback)
    AND (NOT :over OR EXISTS (SELECT 1 FROM callback_state WHERE callback = :callback))
ON CONFLICT (callback) DO UPDATE SET at = excluded.at, over = excluded.over, state = excluded.state
WHERE json_extract(callback_state.state, '$.status') <> :status
    OR coalesce(json_array_length(callback_state.state, '$.attempts'), 0) < :attempts;
