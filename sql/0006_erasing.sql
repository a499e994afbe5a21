-- Numbers are erased when a request is over for as long as its line says: from the request,
-- and from every call that had to do with it. All else stays, and with it every figure.
-- A number once erased never comes back, however late an event arrives.

ALTER TABLE callback
    DROP CONSTRAINT callback_closed_because_check,
    ADD CONSTRAINT callback_closed_because_check CHECK (closed_because IN (
        'settled', 'not_wanted', 'mistake', 'by_hand',
        'lapsed'  -- by the line itself: given up, and nobody saw to it
    )),
    -- Those that were given up are not over. Rows from before are not looked through.
    ADD CONSTRAINT callback_erased_check CHECK (
        number IS NOT NULL OR status IN ('reached', 'answered_by_phone', 'closed')
    ) NOT VALID;
COMMENT ON COLUMN callback.number IS 'E.164; NULL: erased';
COMMENT ON COLUMN call.caller IS 'E.164; NULL: withheld, unusable or erased';
CREATE INDEX callback_to_erase ON callback (requested_at, id)
    WHERE number IS NOT NULL AND status IN ('reached', 'answered_by_phone', 'closed');

-- Up to `most` requests that were over for as many days as their line keeps numbers; lines
-- that are not named keep them for `otherwise` days. After its end a request has no events.
CREATE FUNCTION numbers_due(
    at timestamptz, lines text[], days integer[], otherwise integer, most integer
) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT c.id
    FROM callback c
        LEFT JOIN unnest(lines, days) AS kept(line, days) ON kept.line = c.line
        LEFT JOIN LATERAL (
            SELECT max(e.at) AS at FROM callback_event e WHERE e.callback = c.id
        ) AS ended ON true
    WHERE c.number IS NOT NULL AND c.status IN ('reached', 'answered_by_phone', 'closed')
        AND coalesce(ended.at, c.requested_at)
            + make_interval(hours => 24 * coalesce(kept.days, otherwise)) <= numbers_due.at
    ORDER BY c.requested_at, c.id
    LIMIT most
$$;

-- Erase the numbers of these requests now, and say of how many it was done: not of those that
-- are not over, nor of those whose number was erased before.
CREATE FUNCTION erase_numbers(ids text[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    erased text[];
BEGIN
    WITH gone AS (
        UPDATE callback SET number = NULL
        WHERE id = ANY (ids) AND number IS NOT NULL
            AND status IN ('reached', 'answered_by_phone', 'closed')
        RETURNING id
    )
    SELECT array_agg(id) INTO erased FROM gone;
    UPDATE call SET caller = NULL
    WHERE caller IS NOT NULL AND id IN (
        -- The call that asked, those that asked again or got through, and those we made.
        SELECT unnest(erased)
        UNION SELECT call_id FROM callback_event WHERE callback = ANY (erased)
        UNION SELECT id FROM call WHERE callback = ANY (erased)
    );
    RETURN coalesce(cardinality(erased), 0);
END
$$;

-- What an earlier version had given into people's hands, only Postgres knows: of those that
-- nobody saw to in so many days. Those that the controller knows it closes itself.
CREATE FUNCTION close_forgotten(at timestamptz, days integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    closed integer;
BEGIN
    UPDATE callback c SET status = 'closed', closed_because = 'lapsed'
    WHERE c.status = 'unreached'
        AND c.requested_at + make_interval(hours => 24 * days) <= close_forgotten.at
        AND NOT EXISTS (SELECT FROM callback_event e WHERE e.callback = c.id);
    GET DIAGNOSTICS closed = ROW_COUNT;
    RETURN closed;
END
$$;

-- A call for a request whose number is erased has none either.
CREATE FUNCTION keep_caller_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM callback WHERE id = NEW.callback AND number IS NULL) THEN
        NEW.caller := NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER call_caller_erased BEFORE INSERT ON call
    FOR EACH ROW WHEN (NEW.callback IS NOT NULL AND NEW.caller IS NOT NULL)
    EXECUTE FUNCTION keep_caller_erased();

-- The number of a call is erased or stays.
CREATE FUNCTION refuse_caller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING
        MESSAGE = format('call %s: its number is erased or stays', OLD.id);
END
$$;
CREATE TRIGGER call_caller_check BEFORE UPDATE OF caller ON call
    FOR EACH ROW WHEN (NEW.caller IS NOT NULL AND NEW.caller IS DISTINCT FROM OLD.caller)
    EXECUTE FUNCTION refuse_caller();
