"""A scripted caller answers each question once."""

from ivr.phone.heard import Heard
from ivr.phone.keys import KeyScript

TEXTS = {
    "fi/welcome": "Tervetuloa.",
    "fi/lang_choice": "Palvelu suomeksi, paina 1.",
    "sv/lang_choice": "För service på svenska, tryck 2.",
    "fi/topic_menu": "Jos asiasi koskee lapsia, paina 1.",
    "fi/number_confirm.1": "Soitat numerosta",
    "fi/number_confirm.2": "Jos haluat, että soitamme tähän numeroon, paina 1.",
}


def heard(name: str, at_s: float) -> Heard:
    return Heard(names=(name,), started_at_s=at_s, seconds_heard=0.5, complete=False, over=False)


def test_a_key_is_due_one_second_into_a_question_and_only_once() -> None:
    script = KeyScript(["1"], TEXTS)
    transcript = [heard("fi/welcome", 0.1), heard("fi/lang_choice", 2.0)]
    assert script.due(transcript, 2.9) is None
    assert script.due(transcript, 3.0) == "1"
    assert script.due(transcript, 3.1) is None


def test_a_question_asked_in_the_other_language_or_again_takes_no_second_key() -> None:
    script = KeyScript(["1", "2"], TEXTS)
    transcript = [heard("fi/lang_choice", 1.0)]
    assert script.due(transcript, 2.0) == "1"
    transcript += [heard("sv/lang_choice", 2.1), heard("fi/lang_choice", 5.0)]
    assert script.due(transcript, 9.0) is None
    transcript += [heard("fi/topic_menu", 9.0)]
    assert script.due(transcript, 10.0) == "2"


def test_a_prompt_in_fragments_is_answered_where_it_asks() -> None:
    script = KeyScript(["1"], TEXTS)
    transcript = [heard("fi/number_confirm.1", 1.0), heard("music/hold", 3.0)]
    assert script.due(transcript, 9.0) is None
    transcript += [heard("fi/number_confirm.2", 9.0)]
    assert script.due(transcript, 10.0) == "1"


def test_without_keys_nothing_is_pressed() -> None:
    assert KeyScript([], TEXTS).due([heard("fi/lang_choice", 1.0)], 5.0) is None


def test_a_dash_lets_a_question_go_by_and_what_is_left_is_known() -> None:
    script = KeyScript(["-", "1", "2"], TEXTS)
    transcript = [heard("fi/lang_choice", 1.0), heard("fi/topic_menu", 4.0)]
    assert script.due(transcript, 2.5) is None
    assert script.due(transcript, 5.5) == "1"
    assert script.left == ["2"]
