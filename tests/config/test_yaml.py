"""What the strict reading of YAML takes, what it leaves alone and what it refuses."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.config import yaml as strict
from ivr.config.yaml import read


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def _either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict, "_LOADER", getattr(yaml, request.param))


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("9:00-15:00", "9:00-15:00"),
        ("0401234567", "0401234567"),
        ("0101", "0101"),
        ("0x1f", "0x1f"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("+358401234567", "+358401234567"),
        ("2026-12-24", "2026-12-24"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("9" * 20, "9" * 20),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("7.5", 7.5),
        ("true", True),
        ("false", False),
        ('"12"', "12"),
        ("'true'", "true"),
        ("", None),
        ("null", None),
        ("~", None),
    ],
)
def test_only_plain_numbers_and_true_and_false_are_more_than_words(
    tmp_path: Path, text: str, value: object
) -> None:
    document = read(written(tmp_path, f"key: {text}\n"))
    assert document.problems == ()
    assert document.data == {"key": value}


def test_keys_are_always_words(tmp_path: Path) -> None:
    document = read(written(tmp_path, "no: 1\n12:30: 2\n0101: 3\n"))
    assert document.data == {"no": 1, "12:30": 2, "0101": 3}


REFUSALS = [
    ("a: 1\na: 2\n", ["2:1: the key 'a' is already in line 1; keep one of the two"]),
    ("a: {b: 1, b: {c: 1, c: 2}}\n", [
        "1:11: the key 'b' is already in line 1; keep one of the two",
        "1:21: the key 'c' is already in line 1; keep one of the two",
    ]),
    ("a: &x 1\nb: *x\n", [
        "1:4: '&' names an anchor, which is not allowed; remove it or quote the text",
        "2:4: '*' is an alias, which is not allowed; write the value out or quote it",
    ]),
    ("a: !!python/name:os.system\n", [
        ("1:4: the tag 'tag:yaml.org,2002:python/name:os.system' is not allowed;"
         " remove it or quote the text"),
    ]),
    ("a: 1\n\tb: 2\n", ["2:1: a tab stands here; indent with spaces"]),
    ("a:\n\t- x\n", ["2:1: a tab stands here; indent with spaces"]),
    ("a: b: c\n", ["1:5: a ': ' does not fit here; put the text in quotes"]),
    ("a: 1\nb: 'x\n", ["2:4: the quotation mark that opens here is not closed; close it"]),
    ("a: [1, 2\nb: 3\n", [
        ("1:4: the list or section that begins here is not closed; add ',' or the closing"
         " bracket"),
    ]),
    ("a:\n  b: 1\n c: 2\n", [
        "3:2: this does not fit the lines above; check the indentation and the quotation marks",
    ]),
    ("a: 1\nb\n", [
        "3:1: a key without ': ' after it, here or in the line above; write 'key: value'",
    ]),
    ("a: - b\n", ["1:4: a list begins on the line after its key; move it there"]),
    ("a: @b\n", ["1:4: a text cannot begin with this sign; put it in quotes"]),
    ("a: }\n", ["1:4: a text cannot begin with this sign; put it in quotes"]),
    ("[a]: 1\n", ["1:1: a key is one word; put a text that begins with [, { or * in quotes"]),
    ("", ["1:1: the file is empty; copy it from the shipped config folder"]),
    ("---\n", ["1:1: the file is empty; copy it from the shipped config folder"]),
    ("# nothing\n", ["1:1: the file is empty; copy it from the shipped config folder"]),
    ("a: 1\n---\nb: 1\n", ["2:1: a second document begins with '---'; keep one in a file"]),
    ("a: " + "[" * 500, ["1:16: sections are nested more than 12 deep; take some away"]),
    (b"a: 1\nb: \xe4\n", ["2:4: byte 0xe4 is not UTF-8; save it as UTF-8"]),
    ("a: 1\nb: \x00\n", ["2:4: the character U+0000 cannot be here; remove it"]),
    (b"#" * 1_000_001, [
        "1:1: the file is larger than 1 MB; a configuration file is much smaller",
    ]),
]  # fmt: skip


@pytest.mark.usefixtures("_either_parser")
@pytest.mark.parametrize(("text", "told"), REFUSALS)
def test_what_is_not_plain_yaml_is_refused_where_it_stands(
    tmp_path: Path, text: str | bytes, told: list[str]
) -> None:
    path = written(tmp_path, text)
    assert [str(problem) for problem in read(path).problems] == [f"{path}:{t}" for t in told]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert read(written(tmp_path, b"\xef\xbb\xbfa: 1\n")).data == {"a": 1}


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (problem,) = read(tmp_path).problems
    assert str(problem.text) == (
        "this is no file but a folder or a device; put the file in its place"
    )


def test_aliases_that_would_multiply_are_refused_before_they_do(tmp_path: Path) -> None:
    layers = "".join(f"b{n}: &b{n} [*b{n - 1}, *b{n - 1}]\n" for n in range(1, 60))
    document = read(written(tmp_path, f"b0: &b0 x\n{layers}"))
    assert document.data is None
    assert "is an alias" in str(document.problems[-1].text)


@settings(max_examples=200)
@given(text=st.text(alphabet="ab:-#[]{}&*!|>'\"%@`,? \n\t0\\", max_size=40))
def test_no_text_at_all_breaks_the_reading(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    document = read(written(tmp_path_factory.getbasetemp(), text))
    assert document.problems or document.data is not None
    lines = text.count("\n") + 2
    assert all(1 <= problem.line <= lines for problem in document.problems)
