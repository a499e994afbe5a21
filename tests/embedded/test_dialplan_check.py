"""Mistakes in the dialplan and beside it are found before a call meets them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest

from ivr import config
from ivr.adapters import dialplan
from ivr.cli import main
from ivr.config.prompts import SHIPPED
from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.dialplan_check import linted, loaded
from ivr.embedded.packages import Root
from ivr.errors import Refusal

Edited = Callable[[str, str, str], EmbeddedAsterisk]


@pytest.fixture(scope="module")
def alone() -> Mapping[str, str]:
    """What is generated for the lines as shipped."""
    return dialplan.files(config.load(SHIPPED), datetime.now(UTC))


def test_the_shipped_configuration_has_no_problems(
    root: Root, asterisk: EmbeddedAsterisk, alone: Mapping[str, str]
):
    assert loaded(root, asterisk.dialplan_dir, alone) == []
    assert linted(asterisk.dialplan_dir, alone) == []


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (
            ("extensions.conf", "Progress()", "Progres()"),
            r"dialplan/extensions\.conf:\d+: .*Progres",
        ),
        (
            ("extensions.conf", "Goto(alone,", "Goto(allone,"),
            r"extensions\.conf:\d+: .*allone",
        ),
        (("pjsip.conf", "direct_media=no", "direct_medai=no"), "direct_medai"),
        (("modules.conf", "app_stasis.so", "app_stassis.so"), "app_stassis"),
    ],
)
def test_a_mistake_in_the_configuration_is_found_and_named(
    root: Root,
    edited: Edited,
    alone: Mapping[str, str],
    mistake: tuple[str, str, str],
    where: str,
):
    folder = edited(*mistake).dialplan_dir
    found = [*loaded(root, folder, alone), *linted(folder, alone)]

    assert any(each.serious and re.search(where, str(each)) for each in found), found


def test_a_dialplan_that_is_no_utf_8_is_refused(root: Root, edited: Edited):
    folder = edited("features.conf", "", "").dialplan_dir
    (folder / "features.conf").write_bytes(b"; \xe4\n")

    with pytest.raises(Refusal, match=r"features\.conf is no UTF-8: save it as UTF-8\."):
        loaded(root, folder, {})


def test_ivr_check_tells_what_asterisk_and_the_linter_say_where_it_stands(
    edited: Edited, capsys: pytest.CaptureFixture[str]
):
    folder = edited("pjsip.conf", "direct_media=no", "direct_medai=no").dialplan_dir
    extensions = folder / "extensions.conf"
    extensions.write_text(extensions.read_text().replace("Progress()", "Progres()"))

    assert main(["check", "--dialplan", str(folder)]) == 1
    said = capsys.readouterr().out
    assert re.search(rf"^{folder}: error: Asterisk says: .*'direct_medai'", said, re.MULTILINE)
    assert re.search(r"^{folder}/extensions.conf:\d+: error: the linter says: E_APP_MISSING",
                     said.replace(str(folder), "{folder}"), re.MULTILINE)  # fmt: skip
