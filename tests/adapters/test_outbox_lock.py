"""Which process has the outbox, and who waits for it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.adapters.outbox_lock import Taken, awaited, has, own, waiting

HOLD = """
import sys, time
from pathlib import Path
from ivr.adapters.outbox_lock import own
lock = own(Path(sys.argv[1]))
print("mine", flush=True)
time.sleep(3600)
"""


# No file may grow: SIGXFSZ is ignored by Python, and the write fails.
FULL = """
import resource, sys
from pathlib import Path
from ivr.adapters.outbox_lock import own
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
with own(Path(sys.argv[1])):
    print("mine", flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


def test_one_process_has_it_and_the_others_are_told_which(path: Path) -> None:
    with own(path):
        with pytest.raises(Taken, match=f"process {os.getpid()}") as refused:
            own(path)
        assert refused.value.owner == os.getpid()
    own(path).close()


def test_an_owner_who_has_not_yet_said_who_it_is_has_it_all_the_same(path: Path) -> None:
    with own(path) as lock:
        lock.truncate(0)
        with pytest.raises(Taken, match="process unknown") as refused:
            own(path)
        assert refused.value.owner is None


def test_who_cannot_say_who_it_is_for_want_of_room_has_it_all_the_same(path: Path) -> None:
    own(path).close()
    taken = subprocess.run(
        [sys.executable, "-c", FULL, path], capture_output=True, text=True, check=False
    )
    assert (taken.stdout, taken.stderr) == ("mine\n", "")


def test_it_is_known_whether_anybody_waits_however_many_do(path: Path) -> None:
    assert not awaited(path)
    with waiting(path):
        assert awaited(path)
        with waiting(path):
            assert awaited(path)
        assert awaited(path)
    assert not awaited(path)


def test_a_killed_owner_has_it_no_more(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"mine\n"
        assert has(owner.pid, path)
        assert not has(os.getpid(), path)
        with pytest.raises(Taken):
            own(path)
        owner.send_signal(signal.SIGKILL)
    assert not has(owner.pid, path)
    own(path).close()


def test_what_may_be_read_by_others_names_nobody(path: Path) -> None:
    with own(path), waiting(path):
        modes = {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()}
    assert set(modes.values()) == {0}
    assert len(modes) == 2
