"""When each prompt is said, in a sentence, for whoever writes its text."""

from collections.abc import Mapping
from typing import Final

# The longest beginning that fits counts.
_WHEN: Final[Mapping[str, str]] = {
    "welcome": "the first words to every caller, in their language",
    "emergency": "after the welcome, unless charging is early_media: whom to call in an emergency",
    "lang_choice": "the question for the language, each in its own",
    "lang_retry": "the question for the language, put again",
    "lang_no_input": "no key came for the language",
    "lang_invalid": "a key came that is no language",
    "no_input": "no key came in the topic menu, which is said again",
    "invalid_choice": "a key came that is not in the topic menu, which is said again",
    "default_route": "who chooses no topic is put through to the general one",
    "urgency": "the question whether help is needed today, with urgency_question",
    "urgent_ack": "who needs help today goes first",
    "free_queue": "the wait is free, with charging: early_media",
    "free_queue_limited": "the same where on_budget_end is answer: the wait is free at first",
    "free_call": "the call is free, with charging: toll_free",
    "price_waiting": "the wait costs, with charging: answered",
    "queue_next": "in the line: nobody is ahead",
    "queue_pos_": "in the line: how many are ahead",
    "wait_": "in the line: how long the wait is likely to be",
    "lang_switch": "in the line: the key for the other language",
    "place_regained": "who was cut off and calls again stands where they stood",
    "hold_thanks": "in the line, after an announcement",
    "callback_offer": "in the line: a callback may be asked for by key",
    "callback_on_hangup": "in the line, with on_abandon: callback: hanging up asks for one",
    "callback_exists": "who asks for a callback has asked before",
    "callback_saved_today": "the callback is kept, and promised for today",
    "callback_saved_next": "the callback is kept, and promised for that day at the latest",
    "callback_failed": "the disk does not keep the callback; the caller waits on",
    "callback_not_kept": "the disk does not keep the callback, and the call ends",
    "number_confirm": "whether to call back to the number that the caller calls from",
    "number_hidden": "the caller's number does not come with the call",
    "number_entry": "another number is to be keyed in",
    "number_readback": "the number keyed in, to be confirmed",
    "number_": "why that number is not called back",
    "queue_full": "why the wait ends: more callers than most are in the line",
    "all_busy": "why the wait ends: more calls than most_calls are on all lines",
    "wait_longest": "why the wait ends: it has lasted for longest_s",
    "nobody_present": "why the wait ends: nobody who could help is at work",
    "closing_waiting": "in the line at closing time: who waits is still served",
    "closing_now": "why the wait ends: after_closing_min after closing",
    "limit_confirm": "the wait ends: whether to call back to the caller's number",
    "other_topic": "the wait ends: the caller goes over to the line of other_topic",
    "call_later": "the wait ends without a callback",
    "free_window_end": "the free wait ends: the number is kept, and the call was free",
    "free_window_answer": "the free wait ends: from now on the call costs",
    "closed": "the line is closed, and no opening is known",
    "closed_next": "the line is closed until another day",
    "closed_later_today": "the line is closed until later today",
    "holiday": "the line is closed on a public holiday",
    "holiday_eve": "the line is closed on an eve that is no public holiday",
    "crisis": "the line is closed: where help is to be had now",
    "opening_confirm": "the line is closed: whether to call back once it is open",
    "unknown_number": "the number dialled is no line's",
    "system_failure": "a fault: the call cannot be served",
    "alone_kept": "while no controller is there: the number is kept",
    "sorry_stay": "after a fault: the caller goes on",
    "goodbye": "the last words of a call that ends well",
    "whisper_": "to the counsellor who picks up: the caller's language and topic",
    "back_greeting": "to the citizen who is called back; it does not name the service",
    "back_fi": "to the counsellor who picks up: a callback in Finnish",
    "back_sv": "to the counsellor who picks up: a callback in Swedish",
    "back_not_now": "to the counsellor: the callback is not made now after all",
    "back_": "to the counsellor: what came of the callback",
    "transfer_other": "to a caller whom a counsellor passes on",
    "counsellor_lost": "to a caller whose counsellor's phone has failed",
    "talk_": "to a counsellor in a call: why their wish is not done",
    "desk_notice_": "to an administrator who records a notice (*9)",
    "desk_note_": "to a counsellor: a key for what became of a call (*5)",
    "desk_backs_": "to a counsellor who works through the callbacks (*7): how many wait",
    "desk_lost_": "to a counsellor who works through the callbacks (*7): how many were given up",
    "desk_back_because_": "to a counsellor (*7): the callback is closed, for this reason",
    "desk_back_close_": "to a counsellor (*7): a key for why the callback is closed",
    "desk_back_result_": "to a counsellor (*7): a key for what came of their own call",
    "desk_back_was_": "to a counsellor (*7): what came of their own call",
    "desk_back_": "to a counsellor who works through the callbacks (*7)",
    "desk_": "to a counsellor who dials a code",
}


def when_said(prompt: str) -> str:
    """In which situation it is said, and to whom where that is no caller. Raises KeyError."""
    fitting = [start for start in _WHEN if _fits(start, prompt)]
    if not fitting:
        raise KeyError(prompt)
    return _WHEN[max(fitting, key=len)]


def _fits(start: str, prompt: str) -> bool:
    return prompt.startswith(start) if start.endswith("_") else prompt in {start, f"{start}_key"}
