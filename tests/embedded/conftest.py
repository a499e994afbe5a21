"""A real Asterisk and a real Postgres, each in a folder of its test's own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.packages import Root, ensure
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.settings import PROJECT_ROOT, Address, PortRange, Settings
from tests.ports import free_port


@pytest.fixture(scope="session")
def root() -> Root:
    settings = Settings.from_environment()
    return ensure(settings.packages_dir, mirror=settings.debian_mirror)


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    for name in ("fi/apology", "sv/apology", "music/music"):
        file = folder / f"{name}.sln"
        file.parent.mkdir(parents=True)
        file.write_bytes(bytes(1600))  # 0.1 s of silence
    return folder


@pytest.fixture
def asterisk(root: Root, prompts: Path, tmp_path: Path) -> Iterator[EmbeddedAsterisk]:
    """Not yet running; ended at the end of the test, whatever became of it."""
    plan = EmbeddedAsterisk(
        root=root,
        state_dir=tmp_path / "state",
        dialplan_dir=PROJECT_ROOT / "dialplan",
        prompts_dir=prompts,
        sip=Address(host="127.0.0.1", port=free_port()),
        rtp=PortRange(first=30000, last=30999),
        accounts=("anna",),
    )
    yield plan
    plan.stop()


@pytest.fixture
def edited(
    asterisk: EmbeddedAsterisk, tmp_path: Path
) -> Callable[[str, str, str], EmbeddedAsterisk]:
    """The same Asterisk with one place in one of the administrator's files changed."""

    def edit(name: str, old: str, new: str) -> EmbeddedAsterisk:
        folder = tmp_path / "dialplan"
        folder.mkdir(exist_ok=True)
        for file in asterisk.dialplan_dir.glob("*.conf"):
            (folder / file.name).write_text(file.read_text())
        before = (folder / name).read_text()
        assert old in before
        (folder / name).write_text(before.replace(old, new))
        return replace(asterisk, dialplan_dir=folder)

    return edit


@pytest.fixture
def outspoken(edited: Callable[[str, str, str], EmbeddedAsterisk]) -> EmbeddedAsterisk:
    """The same Asterisk, logging warnings too, which may name callers."""
    return edited("logger.conf", "messages => error", "messages => warning,error")


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """Not yet running; ended at the end of the test, whatever became of it."""
    server = EmbeddedPostgres(tmp_path / "state")
    yield server
    server.stop()
