"""Whatever is saved in the folder of a running line, the last good configuration runs on."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from ivr import configuring
from ivr.config.prompts import SHIPPED
from ivr.config.saved import sign
from ivr.configuring import Configuration, Version
from ivr.domain.service import Service
from ivr.errors import Refusal
from ivr.settings import Settings
from ivr.source import Source
from ivr.tasks import Tasks
from tests.fakes.service import SilentSpeech

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BAD: dict[str, bytes | None] = {
    "half-written": b"lines:\n  families:\n    name: {fi: ",
    "empty": b"",
    "deleted": None,
    "10 MB": b"lines: " + b"x" * 10_000_000,
    "deep": b"lines: " + b"[" * 20_000,
    "a bomb": BOMB.encode(),
    "tabs": b"lines:\n\tfamilies: 1\n",
    "another encoding": "lines: Väestö\n".encode("latin-1"),
    "UTF-16": "lines: {}\n".encode("utf-16"),
    "zeros": bytes(1000),
    "a list": b"- lines\n",
    "another kind of YAML": b"lines: !!python/object/apply:os.system ['true']\n",
}


class Steps:
    """The real check; whatever passes it is taken. Implements `ivr.configuring.Steps`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.taken: list[Service] = []

    def check(self) -> tuple[Service, Sequence[str]]:
        return self._source.check()

    async def admit(self, service: Service) -> None:
        """Nobody needs anything."""

    def make(self, service: Service) -> Version:
        return Version(service=service, speech=SPEECH, pins={})

    async def take(self, version: Version) -> bool:
        self.taken.append(version.service)
        return True

    async def tell(self) -> Sequence[str]:
        return []


SPEECH = SilentSpeech()


@pytest.mark.parametrize("file", ["lines.yaml", "schedule.yaml", "counsellors.yaml"])
@pytest.mark.parametrize("bad", BAD)
async def test_a_bad_file_is_refused_by_its_name_and_the_running_line_is_not_touched(
    bad: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuring, "SETTLES_S", 0.0)
    folder = tmp_path / "config"
    shutil.copytree(SHIPPED, folder)
    settings = Settings.from_environment({"IVR_STATE_DIR": str(tmp_path / "state")})
    said: list[str] = []
    source = Source(settings=settings, folder=folder, open_now=False, say=said.append)
    steps, service = Steps(source), source.check()[0]
    first = Version(service=service, speech=SPEECH, pins={})
    configuration = Configuration([folder], first, steps, seen=sign(folder), say=said.append)
    content = BAD[bad]
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    async with Tasks() as tasks:
        tasks.start(configuration.keep(), "configuration")
        with pytest.raises(Refusal, match=file) as refused:
            await configuration.reload()
        assert all(len(line) < 500 for line in str(refused.value).splitlines())
        assert f"refused: {file}:" in str(configuration.fault)
        assert steps.taken == []
        (folder / file).unlink(missing_ok=True)
        shutil.copy(SHIPPED / file, folder)
        assert (await configuration.reload()).changes == ()
    assert configuration.fault is None
