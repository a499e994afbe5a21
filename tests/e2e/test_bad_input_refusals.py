"""What `ivr run` refuses before any call is taken: one line that names the cure."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.phone.phone import Telephony
from ivr.settings import PROJECT_ROOT
from tests.e2e.conftest import CONFIG
from tests.e2e.joining import join
from tests.e2e.line import Line
from tests.e2e.refusing import refusal

Plan = Callable[[], Line]
ARI = ("IVR_ARI_URL", "IVR_ARI_USER", "IVR_ARI_PASSWORD")


@pytest.fixture
def environment(plan: Plan) -> dict[str, str]:
    """What a controller needs to run."""
    return dict(plan().environment)


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    """A copy of the configuration, to be spoilt."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


async def test_a_sip_port_in_use(environment: dict[str, str], embedded: EmbeddedAsterisk) -> None:
    own = {name: value for name, value in environment.items() if name not in ARI}
    unpacked(Path(own["IVR_STATE_DIR"]))
    said = await refusal(CONFIG, own)
    assert f"{embedded.sip} (UDP) is in use" in said
    assert "IVR_SIP_BIND" in said


async def test_a_web_port_in_use(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = await refusal(CONFIG, {**environment, "IVR_HTTP_BIND": f"127.0.0.1:{port}"})
    assert f"127.0.0.1:{port}" in said
    assert "IVR_HTTP_BIND" in said


@pytest.mark.parametrize(
    "url",
    ["postgresql://ivr:verysecret@127.0.0.1:9/ivr", "postgresql://ivr@/ivr?host=/nowhere"],
    ids=["port", "socket"],
)
async def test_a_database_that_is_not_there(environment: dict[str, str], url: str) -> None:
    said = await refusal(CONFIG, {**environment, "IVR_DATABASE_URL": url})
    assert "IVR_DATABASE_URL" in said
    assert "verysecret" not in said


async def test_a_database_that_does_not_let_us_in(
    environment: dict[str, str], postgres: EmbeddedPostgres
) -> None:
    url = postgres.url("ivr").replace("postgresql://ivr@", "postgresql://somebody:verysecret@")
    said = await refusal(CONFIG, {**environment, "IVR_DATABASE_URL": url})
    assert "IVR_DATABASE_URL" in said
    assert "verysecret" not in said


async def test_a_wrong_ari_password(environment: dict[str, str]) -> None:
    said = await refusal(CONFIG, {**environment, "IVR_ARI_PASSWORD": "verysecret"})
    assert "IVR_ARI_PASSWORD" in said
    assert "verysecret" not in said


async def test_an_ari_address_without_a_password(environment: dict[str, str]) -> None:
    said = await refusal(CONFIG, {**environment, "IVR_ARI_PASSWORD": ""})
    assert said.startswith("IVR_ARI_PASSWORD is not set")


async def test_a_prompt_that_is_missing(environment: dict[str, str], prompts: Path) -> None:
    own = Path(environment["IVR_STATE_DIR"]) / "prompts"
    own.unlink()
    shutil.copytree(prompts, own, copy_function=os.link)
    (own / "fi" / "queue_next.alaw").unlink()
    said = await refusal(CONFIG, environment)
    assert f"{own}/fi/queue_next.alaw is missing" in said
    assert "ivr prompts build" in said


async def test_a_prompt_text_that_was_changed_and_not_spoken(
    environment: dict[str, str], config_dir: Path
) -> None:
    with (config_dir / "prompts.fi.yaml").open("a") as file:
        file.write('queue_next: "Olet aivan pian vuorossa."\n')
    said = await refusal(config_dir, environment)
    assert "'queue_next' (fi)" in said
    assert "ivr prompts build" in said


async def test_yaml_that_is_broken(environment: dict[str, str], config_dir: Path) -> None:
    with (config_dir / "schedule.yaml").open("a") as file:
        file.write('  late: {weekly: ["9:00\n')
    said = await refusal(config_dir, environment)
    lines = (config_dir / "schedule.yaml").read_text().count("\n")
    assert f"{config_dir / 'schedule.yaml'}:{lines}:" in said


async def test_a_state_folder_that_is_a_file(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "state"
    file.touch()
    said = await refusal(CONFIG, {**environment, "IVR_STATE_DIR": str(file)})
    assert said.startswith(f"IVR_STATE_DIR: {file} is a file")


async def test_a_state_folder_that_cannot_be_written(environment: dict[str, str]) -> None:
    # Not by permissions, which do not hold root: there is a file where a folder must be.
    state = Path(environment["IVR_STATE_DIR"])
    (state / "log").touch()
    said = await refusal(CONFIG, environment)
    assert f"{state}/log" in said
    assert "IVR_STATE_DIR" in said


async def test_a_second_controller_that_is_to_wait_at_the_web_address_of_the_first(
    line: Line, telephony: Telephony
) -> None:
    call = await join(telephony)
    said = await refusal(CONFIG, line.environment)
    assert f"The web address {line.http} cannot be used" in said
    assert "set IVR_HTTP_BIND" in said
    assert "a second controller needs one of its own" in said
    await call.heard("music")
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]


def unpacked(state_dir: Path) -> None:
    """Asterisk's packages, as if they had been unpacked there."""
    (state_dir / "asterisk").mkdir()
    (state_dir / "asterisk" / "root").symlink_to(PROJECT_ROOT / "var" / "asterisk" / "root")
