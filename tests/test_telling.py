"""Asterisk is told of what has changed for it, once, and of nothing that it might not take."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from ivr import config, telling
from ivr.adapters.ami import AmiFailed, AmiTarget
from ivr.config.prompts import SHIPPED
from ivr.configuring import NotTold
from ivr.embedded import dialplan_check
from ivr.embedded.dialplan_check import Complaint
from ivr.errors import Refusal
from ivr.settings import Address, AmiServer
from ivr.telling import Others, Ours

ADDRESS = Address(host="127.0.0.1", port=5038)
TARGET = AmiTarget(address=ADDRESS, user="ivr", password="secret")
SERVICE = config.load(SHIPPED)


@dataclass
class Ami:
    """What was read anew, each time; it fails as it is told to."""

    read: list[list[str]] = field(default_factory=list)
    fails: str | None = None

    async def __call__(self, target: AmiTarget, files: Collection[str]) -> None:
        assert target.user == "ivr"
        if self.fails is not None:
            raise AmiFailed(self.fails)
        self.read.append(sorted(files))


@pytest.fixture
def ami(monkeypatch: pytest.MonkeyPatch) -> Ami:
    made = Ami()
    monkeypatch.setattr(telling, "read_anew", made)
    return made


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """An Asterisk whose files change as they are told to. In place of `EmbeddedAsterisk`."""

    changes: list[set[str]]
    edits: dict[str, str]
    lacks: set[str] = field(default_factory=set)
    root: str = ""
    dialplan_dir: Path = Path("dialplan")
    state_dir: str = ""
    accounts: tuple[str, ...] = ()
    generated: object = None

    def edited(self) -> dict[str, str]:
        return dict(self.edits)

    def gone(self) -> frozenset[str]:
        return frozenset(self.lacks)

    def renewed(self) -> frozenset[str]:
        return frozenset(self.changes.pop(0)) if self.changes else frozenset()


def ours(*changes: set[str], edits: dict[str, str] | None = None) -> Ours:
    made: Any = Embedded(changes=list(changes), edits=edits if edits is not None else {})
    return Ours(cast("Any", made), TARGET)


async def test_ours_reads_what_was_written_and_nothing_when_nothing_was(ami: Ami) -> None:
    asterisk = ours({"local/alone.conf", "local/phones.conf"}, set())
    assert await asterisk.tell(SERVICE) == []
    assert await asterisk.tell(SERVICE) == []
    assert ami.read == [["local/alone.conf", "local/phones.conf"]]


async def test_what_it_has_not_heard_it_is_told_again_with_what_came_since(ami: Ami) -> None:
    asterisk = ours({"local/alone.conf"}, {"local/phones.conf"})
    ami.fails = "AMI does not answer"
    with pytest.raises(NotTold, match="AMI does not answer"):
        await asterisk.tell(SERVICE)
    ami.fails = None
    await asterisk.tell(SERVICE)
    assert ami.read == [["local/alone.conf", "local/phones.conf"]]


async def test_what_it_reads_only_when_it_starts_is_said(ami: Ami) -> None:
    said = await ours({"modules.conf", "extensions.conf"}).tell(SERVICE)
    assert said == ["modules.conf is read by Asterisk when it starts, and not before"]
    assert ami.read == [["extensions.conf", "modules.conf"]]


async def test_a_dialplan_that_was_edited_is_told_after_it_was_checked_and_not_before(
    ami: Ami, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "extensions.conf:3"
    wrong = Complaint(place=place, text="no such application", serious=True)
    odd = Complaint(place=place, text="an odd priority", serious=False)
    found = [[wrong], [odd]]
    tried: list[list[Complaint]] = []

    def check(*_: object) -> list[Complaint]:
        tried.append(found[0])
        return found.pop(0)

    monkeypatch.setattr(dialplan_check, "loaded", check)
    monkeypatch.setattr(dialplan_check, "lints", lambda: False)
    edits = {"extensions.conf": "[broken"}
    asterisk = ours({"extensions.conf"}, edits=edits)
    with pytest.raises(NotTold, match="not checked yet"):
        await asterisk.tell(SERVICE)
    with pytest.raises(Refusal, match="no such application"):
        asterisk.check()
    with pytest.raises(NotTold, match="not checked yet"):
        await asterisk.tell(SERVICE)
    edits["extensions.conf"] = "[mended]"
    assert asterisk.check() == ["extensions.conf:3: an odd priority"]
    assert asterisk.check() == []
    assert len(tried) == 2
    assert await asterisk.tell(SERVICE) == []
    assert ami.read == [["extensions.conf"]]


async def test_somebody_elses_is_written_what_has_changed_and_told(
    ami: Ami, tmp_path: Path
) -> None:
    server = AmiServer(address=ADDRESS, user="ivr", password="secret", folder=tmp_path)
    others = Others(server)
    await others.tell(SERVICE)
    assert ami.read == [["local/alone.conf", "local/queues.conf"]]
    assert "[alone-line-families]" in (tmp_path / "local" / "alone.conf").read_text()
    fewer = replace(SERVICE, counsellors=SERVICE.counsellors[1:])
    await others.tell(SERVICE)
    await others.tell(fewer)
    assert ami.read[1:] == [["local/alone.conf", "local/queues.conf"]]


async def test_where_it_cannot_be_written_it_is_tried_again(ami: Ami, tmp_path: Path) -> None:
    (tmp_path / "local").write_text("a file")
    server = AmiServer(address=ADDRESS, user="ivr", password="secret", folder=tmp_path)
    with pytest.raises(NotTold, match="cannot be written"):
        await Others(server).tell(SERVICE)
    assert ami.read == []


async def test_a_file_of_the_dialplan_that_was_deleted_is_missed_and_asterisk_keeps_it(
    ami: Ami,
) -> None:
    lacks = {"extensions.conf"}
    made: Any = Embedded(changes=[{"extensions.conf"}], edits={}, lacks=lacks)
    asterisk = Ours(cast("Any", made), TARGET)
    with pytest.raises(Refusal, match=r"dialplan/extensions\.conf was here and is gone: put it"):
        asterisk.check()
    with pytest.raises(NotTold, match="not checked yet"):
        await asterisk.tell(SERVICE)
    assert ami.read == []
    lacks.clear()
    assert asterisk.check() == []
    await asterisk.tell(SERVICE)
    assert ami.read == [["extensions.conf"]]
