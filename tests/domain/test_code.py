"""What is dialled on a counsellor's phone is one of the codes, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.code import Code, Wish, read_code


@pytest.mark.parametrize("wish", Wish)
def test_a_star_and_a_digit_are_a_code(wish: Wish) -> None:
    assert read_code(f"*{wish}") == Code(wish=wish)


@pytest.mark.parametrize(("dialled", "wish"), [("*21", Wish.PAUSE), ("*55", Wish.DISPOSITION)])
def test_a_pause_and_a_disposition_may_name_their_choice(dialled: str, wish: Wish) -> None:
    assert read_code(dialled) == Code(wish=wish, choice=dialled[-1])


@pytest.mark.parametrize(
    "dialled", ["", "*", "1", "*0", "*8", "*11", "*33", "*211", "*71", "**1", "*2٣"]
)
def test_anything_else_is_no_code(dialled: str) -> None:
    assert read_code(dialled) is None


@given(st.text(max_size=10))
def test_no_text_breaks_it(text: str) -> None:
    code = read_code(text)
    assert code is None or text == f"*{code.wish}{code.choice or ''}"
