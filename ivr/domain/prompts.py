"""Which prompts the line speaks, and what each may say in its slots."""

from collections.abc import Mapping
from typing import Final

from ivr.domain.attempt import Result
from ivr.domain.call import Language, Refused
from ivr.domain.callback import BY_PEOPLE
from ivr.domain.phrase import ClipId, digits_in_words, grammar, line_clip, topic_clip
from ivr.domain.policy import Disposition
from ivr.domain.script import Script, Words, script
from ivr.domain.service import Service
from ivr.domain.transfer import Refusal

APOLOGY: Final = "apology"
"""Said by the dialplan while the controller is away: one clip, made of two prompts."""

_NONE: Final = frozenset[str]()
OPENING: Final = frozenset({"day", "time"})
"""Slots that say when the line opens again."""

_BRIEF: Final = frozenset({"topic", "day", "time"})

# Said to a counsellor who dials a code.
_DESK: Final = (
    "desk_number",
    "desk_pin",
    "desk_wrong",
    "desk_barred",
    "desk_nothing_keyed",
    "desk_no_code",
    "desk_signed_in",
    "desk_was_no_answer",
    "desk_not_signed_in",
    "desk_in_call",
    "desk_pause_why",
    "desk_paused",
    "desk_pause_later",
    "desk_resumed",
    "desk_nothing_to_end",
    "desk_signed_out",
    "desk_noted",
    "desk_no_disposition",
    "desk_no_call",
    "desk_no_caller",
    "desk_urgent",
    *(f"desk_note_{each}" for each in Disposition),
)

# Said to a counsellor who works through the callbacks on their phone.
_WORKLIST: Final = (
    "desk_backs_0",
    "desk_backs_1",
    "desk_backs_many",
    "desk_backs_again",
    "desk_backs_end",
    "desk_lost_1",
    "desk_lost_many",
    "desk_back_urgent",
    "desk_back_tried_1",
    "desk_back_tried_many",
    "desk_back_mine",
    "desk_back_cut_off",
    "desk_back_take",
    "desk_back_reopen",
    "desk_back_next",
    "desk_back_postpone",
    "desk_back_close",
    "desk_back_number",
    "desk_back_attempt",
    "desk_back_repeat",
    "desk_back_previous",
    "desk_back_rings",
    "desk_back_yours_later",
    "desk_back_not_free",
    "desk_back_reopened",
    "desk_back_today",
    "desk_back_next_day",
    "desk_back_time",
    "desk_back_postponed",
    "desk_back_confirm",
    "desk_back_closed",
    *(f"desk_back_{part}_{each}" for part in ("close", "because") for each in BY_PEOPLE),
    *(f"desk_back_{part}_{each}" for part in ("result", "was") for each in Result),
    # What is not done, and why: see `ivr.ports.Because`.
    "desk_back_no_such_line",
    "desk_back_no_such_callback",
    "desk_back_taken",
    "desk_back_being_called",
    "desk_back_still_open",
    "desk_back_given_up",
    "desk_back_over",
    "desk_back_other_open",
    "desk_back_line_closed",
    "desk_back_impossible_time",
    "desk_back_not_kept",
)
_OF_WORKLIST: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(_WORKLIST, _NONE),
    **dict.fromkeys(("desk_backs_n", "desk_lost_n", "desk_back_tried_n"), frozenset({"count"})),
    **dict.fromkeys(("desk_back_fi", "desk_back_sv"), _BRIEF),
    **dict.fromkeys(("desk_back_later", "desk_back_agreed"), OPENING),
    **dict.fromkeys(("desk_back_digits", "desk_back_yours"), frozenset({"number"})),
    "desk_back_promised": frozenset({"day"}),
}

# Said to an administrator who tells the callers of a line something.
_NOTICE: Final = (
    "desk_notice_which",
    "desk_notice_menu",
    *(f"desk_notice_speak_{language}" for language in Language),
    "desk_notice_silent",
    "desk_notice_good",
    "desk_notice_close",
    "desk_notice_how_long",
    "desk_notice_closes",
    "desk_notice_confirm",
    "desk_notice_live",
    "desk_notice_ended",
    "desk_notice_not_kept",
)

# Said to a caller whose number the line does not call back, and why.
_NUMBER: Final = tuple(f"number_{why}" for why in Refused)

# Said to a counsellor of whose call back nothing came, and why.
_BACK: Final = tuple(f"back_{why}" for why in Result if why is not Result.REACHED)

# Said to a counsellor whose wish in a call is not done, and why.
_TALK: Final = tuple(f"talk_{why}" for why in Refusal)

REQUIRED_PROMPTS: Final[Mapping[str, frozenset[str]]] = {
    "welcome": _NONE,
    "emergency": _NONE,
    "lang_choice": _NONE,
    "lang_retry": _NONE,
    "lang_no_input": _NONE,
    "lang_invalid": _NONE,
    "no_input": _NONE,
    "invalid_choice": _NONE,
    "default_route": _NONE,
    "urgency": _NONE,
    "urgent_ack": _NONE,
    "free_queue": _NONE,
    "free_queue_limited": _NONE,
    "free_call": _NONE,
    "price_waiting": _NONE,
    "queue_next": _NONE,
    "queue_pos_1": _NONE,
    "queue_pos_n": frozenset({"count"}),
    "queue_pos_many": _NONE,
    "wait_lt5": _NONE,
    "wait_5_10": _NONE,
    "wait_gt10": _NONE,
    "lang_switch": _NONE,
    "place_regained": _NONE,
    "hold_thanks": _NONE,
    "callback_offer": _NONE,
    "callback_on_hangup": _NONE,
    "number_confirm": frozenset({"number"}),
    "number_hidden": _NONE,
    "number_entry": _NONE,
    "number_readback": frozenset({"number"}),
    "callback_exists": _NONE,
    "callback_saved_today": frozenset({"own_number"}),
    "callback_saved_next": frozenset({"day", "own_number"}),
    "callback_failed": _NONE,
    "callback_not_kept": _NONE,
    "queue_full": _NONE,
    "all_busy": _NONE,
    "wait_longest": _NONE,
    "nobody_present": _NONE,
    "closing_waiting": _NONE,
    "closing_now": _NONE,
    "limit_confirm": frozenset({"number"}),
    "opening_confirm": frozenset({"number"}),
    "other_topic": _NONE,
    "call_later": _NONE,
    "free_window_end": _NONE,
    "free_window_answer": _NONE,
    "closed": _NONE,
    "closed_next": OPENING,
    "closed_later_today": frozenset({"time"}),
    "holiday": OPENING,
    "holiday_eve": OPENING,
    "crisis": frozenset({"crisis_number"}),
    "unknown_number": _NONE,
    "system_failure": _NONE,
    "alone_kept": _NONE,
    "sorry_stay": _NONE,
    "goodbye": _NONE,
    "whisper_fi": frozenset({"topic"}),
    "whisper_sv": frozenset({"topic"}),
    "back_fi": _BRIEF,
    "back_sv": _BRIEF,
    "back_greeting": _NONE,
    "back_greeting_key": _NONE,
    "back_not_now": _NONE,
    "transfer_other": _NONE,
    "counsellor_lost": _NONE,
    "desk_notice_line": frozenset({"line", "number"}),
    "desk_notice_until": OPENING,
    **dict.fromkeys((*_NUMBER, *_DESK, *_TALK, *_BACK, *_NOTICE), _NONE),
    **_OF_WORKLIST,
}
"""Every prompt that the service itself plays, with the slots that its text may hold.

Any other prompt is a topic menu that a line names as its `topic_prompt`, without slots; or
what a line says while it is closed on a date, see `names_own_notice`.
"""

OWN_NOTICE: Final = "closed_"

SPOKEN_AT_BUILD: Final = frozenset({"region"})
"""Slots that every text may hold, because they are filled when the clips are made."""


def names_own_notice(prompt: str) -> bool:
    """Whether an exception may have the closed line say this; it may say when that opens.

    None of the line's own prompts: what those say may not be true on that date.
    """
    return prompt.startswith(OWN_NOTICE) and prompt not in REQUIRED_PROMPTS


def scripts(service: Service, language: Language) -> Mapping[str, Script]:
    """Every prompt of the service in one language, cut into clips and slots."""
    region = service.region[language]
    texts = {
        prompt: text.replace("{region}", region)
        for prompt, text in service.prompts[language].items()
    }
    number = digits_in_words(service.crisis_number, language)
    crisis = texts["crisis"].replace("{crisis_number}", number)
    texts[APOLOGY] = f"{texts['system_failure']} {crisis}"
    return {prompt: script(prompt, text, language) for prompt, text in texts.items()}


def clip_texts(service: Service, language: Language) -> Mapping[ClipId, str]:
    """Every clip that the service needs in one language, and its text."""
    topics = {topic_clip(topic.id): f"{topic.name[language]}." for topic in service.topics.values()}
    lines = {line_clip(line.id): f"{line.name[language]}." for line in service.lines}
    prompts = {
        part.clip: part.text
        for parts in scripts(service, language).values()
        for part in parts
        if isinstance(part, Words)
    }
    return {**grammar(language), **topics, **lines, **prompts}
