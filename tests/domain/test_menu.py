"""A key, a wrong key and silence lead each to an ending of its own."""

import pytest

from ivr.domain.menu import AskAgain, Chosen, NoAnswer, NoMatch, Question, judge

QUESTION = Question(options={"1": "finnish", "2": "swedish"}, timeout_s=6.0, retries=2)

Verdict = Chosen[str] | NoMatch | NoAnswer | AskAgain


@pytest.mark.parametrize(
    ("attempt", "key", "verdict"),
    [
        (0, "1", Chosen(value="finnish")),
        (0, "2", Chosen(value="swedish")),
        (2, "2", Chosen(value="swedish")),
        (0, "3", AskAgain(because=NoMatch())),
        (1, "#", AskAgain(because=NoMatch())),
        (2, "3", NoMatch()),
        (0, None, AskAgain(because=NoAnswer())),
        (1, None, AskAgain(because=NoAnswer())),
        (2, None, NoAnswer()),
    ],
)
def test_each_key_in_each_attempt_has_one_verdict(
    attempt: int, key: str | None, verdict: Verdict
) -> None:
    assert judge(QUESTION, attempt=attempt, key=key) == verdict


@pytest.mark.parametrize("key", ["9", None])
def test_a_question_without_retries_is_put_once(key: str | None) -> None:
    once = Question(options={"1": True}, timeout_s=6.0, retries=0)
    assert not isinstance(judge(once, attempt=0, key=key), AskAgain)


def test_an_answer_that_is_false_is_an_answer() -> None:
    question = Question(options={"1": True, "2": False}, timeout_s=6.0, retries=0)
    assert judge(question, attempt=0, key="2") == Chosen(value=False)
