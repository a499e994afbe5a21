"""One request of a number and line: asked again, given in other digits, settled by a talk."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.callback import Status
from ivr.domain.journal import CallbackKind, EventKind
from ivr.domain.policy import CallbackPolicy, Ending, WaitingPolicy
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, PAID, changed, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

IN_LINE = {"lang_choice": "1", "topic_menu": "1"}
SWEDISH = {"lang_choice": "2", "topic_menu": "1"}
ASKS = {"queue_next": "1", "queue_pos_1": "1", "number_confirm": "1"}
KEYS = {"queue_next": "1", "queue_pos_1": "1", "number_confirm": "3"}
PATIENT = WaitingPolicy(
    offer_after_s=3600, announce_every_s=600, budget_s=3600, on_nobody=Ending.WAIT
)
OWN, OTHER = "+358401234567", "+358451112222"


def _config(**callback: bool) -> Service:
    policy = replace(CallbackPolicy(), **callback)
    config = changed(service(), "free", waiting=PATIENT, callback=policy)
    return changed(config, "paid", waiting=PATIENT)


async def _asked(world: World, keys: dict[str, str], dialled: str = FREE) -> Channel:
    """A caller who does this, and whose call ends with a promise."""
    caller = world.asterisk.call(dialled)
    with world.habit(caller, keys):
        await world.until(lambda: world.outcomes(caller) == ["callback"])
    return caller


async def _waits_on(world: World, keys: dict[str, str], prompt: str) -> Channel:
    """A caller who does this, hears the prompt and is in the line after it."""
    caller = world.asterisk.call(FREE)
    with world.habit(caller, {**IN_LINE, **keys}):
        await world.until(lambda: f"fi/{prompt}" in world.heard(caller))
    await world.until(lambda: caller.music)
    return caller


async def _close(world: World) -> None:
    for channel in list(world.asterisk.channels):
        world.asterisk.end(channel)
    await asyncio.sleep(2)
    await world.stop()


def test_who_asks_again_keeps_the_first_place_and_hears_so() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        first = await _asked(world, {**IN_LINE, **ASKS})
        (request,) = world.disk.callbacks
        assert "fi/callback_exists" not in world.heard(first)
        second = await _asked(world, {**SWEDISH, **ASKS})
        assert world.heard(second)[-3:] == [
            *("sv/callback_exists", "sv/callback_saved_today", "sv/goodbye"),
        ]
        (again,) = world.disk.callbacks
        assert (again.id, again.joined) == (request.id, request.joined)
        assert (again.again, str(again.language)) == (1, "sv")
        (repeated,) = world.disk.of(EventKind.CALLBACK_REPEATED)
        assert repeated.data["callback"] == request.id
        await _close(world)

    run_in_virtual_time(story())


def test_an_urgent_word_makes_an_earlier_request_urgent() -> None:
    async def story() -> None:
        world = World(changed(_config(), "free", urgency_question=True))
        world.start()
        await _asked(world, {**IN_LINE, **ASKS, "urgency": "2"})
        assert not world.disk.callbacks[0].urgent
        await _asked(world, {**IN_LINE, **ASKS, "urgency": "1"})
        (request,) = world.disk.callbacks
        assert request.urgent
        await _close(world)

    run_in_virtual_time(story())


def test_two_calls_from_one_number_that_ask_at_once_make_one_request() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        both = [world.asterisk.call(FREE), world.asterisk.call(FREE)]
        with world.habit(both[0], {**IN_LINE, **ASKS}), world.habit(both[1], {**IN_LINE, **ASKS}):
            await world.until(lambda: [world.outcomes(c) for c in both] == [["callback"]] * 2)
        (request,) = world.disk.callbacks
        assert request.again == 1
        told = [world.heard(caller).count("fi/callback_exists") for caller in both]
        assert sorted(told) == [0, 1]
        await _close(world)

    run_in_virtual_time(story())


def test_a_request_to_another_line_is_one_of_its_own() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        await _asked(world, {**IN_LINE, **ASKS})
        other = await _asked(world, {**IN_LINE, **ASKS}, PAID)
        assert "fi/callback_exists" not in world.heard(other)
        assert [request.line for request in world.disk.callbacks] == ["free", "paid"]
        assert [request.again for request in world.disk.callbacks] == [0, 0]
        await _close(world)

    run_in_virtual_time(story())


def test_a_request_made_before_a_crash_is_known_after_it() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        await _asked(world, {**IN_LINE, **ASKS})
        await world.crash_and_restart(0.5)
        again = await _asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_exists" in world.heard(again)
        assert len(world.disk.callbacks) == 1
        await _close(world)

    run_in_virtual_time(story())


def test_whoever_gets_through_by_phone_is_not_called_back_by_that_line_any_more() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        await _asked(world, {**IN_LINE, **ASKS})
        await _asked(world, {**IN_LINE, **ASKS}, PAID)
        world.phone("anna")
        caller = world.asterisk.call(FREE)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        await world.until(lambda: bool(world.disk.callback_of(CallbackKind.ANSWERED_BY_PHONE)))
        states = {str(request.line): request.status for request in world.disk.callbacks}
        assert states == {"free": Status.ANSWERED_BY_PHONE, "paid": Status.WAITING}
        await _close(world)

    run_in_virtual_time(story())


def test_a_hidden_caller_who_gets_through_settles_nobodys_request() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        await _asked(world, {**IN_LINE, **ASKS})
        world.phone("anna")
        caller = world.asterisk.call(FREE, hidden=True)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        await asyncio.sleep(2)
        assert [request.status for request in world.disk.callbacks] == [Status.WAITING]
        await _close(world)

    run_in_virtual_time(story())


def test_after_a_talk_a_new_request_is_a_new_one() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        await _asked(world, {**IN_LINE, **ASKS})
        phone = world.phone("anna")
        caller = world.asterisk.call(FREE)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        phone.answers_after = None
        new = await _asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_exists" not in world.heard(new)
        states = [request.status for request in world.disk.callbacks]
        assert states == [Status.ANSWERED_BY_PHONE, Status.WAITING]
        await _close(world)

    run_in_virtual_time(story())


def test_another_number_is_keyed_in_read_back_and_kept() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        keys = {"number_entry": "0451112222#", "number_readback": "1"}
        caller = await _asked(world, {**IN_LINE, **KEYS, **keys})
        assert world.heard(caller)[-5:] == [
            *("fi/number_confirm", "fi/number_entry", "fi/number_readback"),
            *("fi/callback_saved_today", "fi/goodbye"),
        ]
        (request,) = world.disk.callbacks
        assert request.number == OTHER
        await _close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("keyed", ["0451112222", "00358451112222#", "999*0451112222#", "#"])
def test_a_number_ends_with_a_hash_or_a_pause_and_a_star_begins_it_anew(keyed: str) -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        keys = {"number_entry": keyed, "number_readback": "1"}
        caller = world.asterisk.call(FREE)
        with world.habit(caller, {**IN_LINE, **KEYS, **keys}):
            await world.until(lambda: bool(world.outcomes(caller)) or _came_back(world, caller))
        numbers = [request.number for request in world.disk.callbacks]
        assert numbers == ([] if keyed == "#" else [OTHER])
        await _close(world)

    run_in_virtual_time(story())


def _came_back(world: World, caller: Channel) -> bool:
    return world.heard(caller).count("fi/queue_next") > 1


def test_a_number_that_was_read_back_wrong_is_keyed_in_again() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        caller = world.asterisk.call(FREE)
        wrong = {"number_entry": "0451112223#", "number_readback": "2"}
        with world.habit(caller, {**IN_LINE, **KEYS, **wrong}):
            await world.until(lambda: "fi/number_readback" in world.heard(caller))
        right = {"number_entry": "0451112222#", "number_readback": "1"}
        with world.habit(caller, right):
            await world.until(lambda: world.outcomes(caller) == ["callback"])
        assert [request.number for request in world.disk.callbacks] == [OTHER]
        await _close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("answer", ["", "7"])
def test_who_does_not_say_that_the_number_is_right_waits_on_and_nothing_is_kept(
    answer: str,
) -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        caller = world.asterisk.call(FREE)
        keys = {"number_entry": "0451112222#", "number_readback": answer, "number_confirm": "3"}
        with world.habit(caller, {**IN_LINE, **keys}):
            await world.until(lambda: caller.music)
            world.asterisk.press(caller, "1")
            await world.until(lambda: _came_back(world, caller))
        assert world.disk.callbacks == []
        await _close(world)

    run_in_virtual_time(story())


REFUSED = {
    "112#": "number_emergency",
    "116117#": "number_short",
    "060012345#": "number_premium",
    "0700123456#": "number_premium",
    "00881612345678#": "number_satellite",
    "0401#": "number_invalid",
    "040123456789012345678901234567890123456#": "number_invalid",
    "0291000003#": "number_ours",
    "0046701234567#": "number_foreign",
}


@pytest.mark.parametrize("keyed", REFUSED)
def test_a_number_that_may_not_be_called_is_refused_with_its_reason_and_the_caller_stays(
    keyed: str,
) -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, {**IN_LINE, "number_confirm": "3", "number_entry": keyed}):
            await world.until(lambda: caller.music)
            joined = world.disk.of(EventKind.JOINED)[0].facts.joined
            world.asterisk.press(caller, "1")
            await world.until(lambda: _came_back(world, caller))
        refused = ["fi/number_entry", f"fi/{REFUSED[keyed]}"]
        assert [s for s in world.heard(caller) if s in refused] == refused * 3
        assert world.disk.of(EventKind.JOINED)[-1].facts.joined == joined
        assert world.disk.callbacks == []
        await _close(world)

    run_in_virtual_time(story())


def test_a_number_of_another_country_is_taken_where_the_line_allows_it() -> None:
    async def story() -> None:
        world = World(_config(foreign=True))
        world.start()
        keys = {"number_entry": "0046701234567#", "number_readback": "1"}
        await _asked(world, {**IN_LINE, **KEYS, **keys})
        assert [request.number for request in world.disk.callbacks] == ["+46701234567"]
        await _close(world)

    run_in_virtual_time(story())


def test_a_hidden_caller_may_give_a_number() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        caller = world.asterisk.call(FREE, hidden=True)
        keys = {"queue_next": "1", "number_entry": "0451112222#", "number_readback": "1"}
        with world.habit(caller, {**IN_LINE, **keys}):
            await world.until(lambda: world.outcomes(caller) == ["callback"])
        assert "fi/number_hidden" in world.heard(caller)
        assert "fi/number_confirm" not in world.heard(caller)
        assert [request.number for request in world.disk.callbacks] == [OTHER]
        await _close(world)

    run_in_virtual_time(story())


def test_whose_own_number_may_not_be_called_hears_why_and_may_give_another() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        caller = world.asterisk.call(FREE, "+358600123456")
        with world.habit(caller, {**IN_LINE, "queue_next": "1"}):
            await world.until(lambda: "fi/number_entry" in world.heard(caller))
        assert world.heard(caller)[-2:] == ["fi/number_premium", "fi/number_entry"]
        await _close(world)

    run_in_virtual_time(story())


def test_at_a_limit_another_number_is_taken_as_well() -> None:
    async def story() -> None:
        policy = replace(PATIENT, longest_s=20)
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        keys = {"limit_confirm": "3", "number_entry": "0451112222#", "number_readback": "1"}
        await _asked(world, {**IN_LINE, **keys})
        assert [request.number for request in world.disk.callbacks] == [OTHER]
        await _close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("keyed", ["", "112#"])
def test_at_a_limit_who_gives_no_number_hears_the_notice(keyed: str) -> None:
    async def story() -> None:
        policy = replace(PATIENT, longest_s=20)
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, {**IN_LINE, "limit_confirm": "3", "number_entry": keyed}):
            await world.until(lambda: world.outcomes(caller) == ["turned_away"])
        assert world.heard(caller)[-2:] == ["fi/call_later", "fi/goodbye"]
        await _close(world)

    run_in_virtual_time(story())


def test_the_own_number_is_kept_when_the_free_waiting_ends_while_another_is_keyed_in() -> None:
    async def story() -> None:
        policy = WaitingPolicy(offer_after_s=3600, budget_s=20, on_nobody=Ending.WAIT)
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, {**IN_LINE, **KEYS}):
            await world.until_over(caller)
        began = caller.heard[0][0]
        said = next(at for at, sound in caller.heard if sound == "fi/free_window_end")
        assert said - began < 21
        assert [request.number for request in world.disk.callbacks] == [OWN]
        assert world.outcomes(caller) == ["callback"]
        await _close(world)

    run_in_virtual_time(story())


def test_what_the_disk_refused_is_not_called_back_and_may_be_asked_for_again() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        world.disk.full = True
        caller = await _waits_on(world, ASKS, "callback_failed")
        assert world.disk.callbacks == []
        world.disk.full = False
        world.asterisk.press(caller, "1")
        with world.habit(caller, {"number_confirm": "1"}):
            await world.until(lambda: world.outcomes(caller) == ["callback"])
        assert "fi/callback_exists" not in world.heard(caller)
        (request,) = world.disk.callbacks
        assert request.again == 0
        await _close(world)

    run_in_virtual_time(story())


def test_a_request_asked_for_again_in_vain_stays_as_it_was() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        await _asked(world, {**IN_LINE, **ASKS})
        before = world.disk.callbacks
        world.disk.full = True
        await _waits_on(world, ASKS, "callback_failed")
        assert world.disk.callbacks == before
        world.disk.full = False
        await _asked(world, {**IN_LINE, **ASKS})
        (request,) = world.disk.callbacks
        assert request.again == 1
        await _close(world)

    run_in_virtual_time(story())


def test_what_the_disk_kept_too_late_to_be_told_is_found_by_whoever_asks_next() -> None:
    async def story() -> None:
        world = World(_config())
        world.start()
        world.disk.late = True
        caller = await _waits_on(world, ASKS, "callback_failed")
        world.disk.late = False
        again = await _asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_exists" in world.heard(again)
        (request,) = world.disk.callbacks
        assert (request.id, request.again) == (f"n1-{caller.id}", 1)
        await _close(world)

    run_in_virtual_time(story())
