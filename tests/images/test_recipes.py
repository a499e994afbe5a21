"""What every image and service of docker/ keeps to, read from its files."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.settings import PROJECT_ROOT
from tests.images.engine import BASE, DOCKER_DIR, IMAGES

RECIPES = [recipe for _, recipe in IMAGES.values()]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((DOCKER_DIR / "compose.yaml").read_text())[
    "services"
]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.parent.name)
def test_an_image_is_built_from_debian_alone_and_ends_as_an_ordinary_user(recipe: Path):
    text = recipe.read_text()

    assert re.findall(r"^FROM (.+)$", text, re.MULTILINE) == [BASE]
    users = re.findall(r"^USER (.+)$", text, re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0"}


def test_no_file_names_the_address_of_a_registry():
    files = [file for file in DOCKER_DIR.rglob("*") if file.is_file()]
    locks = DOCKER_DIR.parent.glob("requirements*.lock")

    for file in (*files, *locks):
        found = re.findall(r"https?://(?!127\.0\.0\.1|\{)[^\s)]+", file.read_text())
        assert not found, file
        assert "docker.io" not in file.read_text(), file


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_service_comes_back_has_no_powers_and_no_secret_in_its_environment(
    service: dict[str, Any],
):
    assert service["restart"] == "always"
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.keys() & {"privileged", "cap_add", "pid", "user", "ports"}
    names = service.get("environment", {})
    assert not [name for name in names if re.search(r"(PASSWORD|TOKEN|SECRET)$", name)]


def test_the_controllers_share_the_folder_of_the_outbox_and_the_notes_of_asterisk():
    places = {name: set(service["volumes"]) for name, service in SERVICES.items()}

    assert places["controller"] == places["standby"]
    assert {"state:/var/lib/ivr", "alone:/var/lib/ivr/alone"} <= places["controller"]
    assert "alone:/var/lib/ivr/alone" in places["asterisk"]
    assert "state:/var/lib/ivr" not in places["asterisk"]


def test_an_installation_has_what_the_program_needs_in_the_versions_that_are_tested():
    locked, needed = _pinned("requirements.lock"), _pinned("requirements-run.lock")
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[^A-Za-z0-9-]", each)[0].lower() for each in project["dependencies"]}

    assert wanted <= {name for name, _ in needed}, "run `make lock`"
    assert needed <= locked, "run `make lock`"
    assert "pytest" not in {name for name, _ in needed}


def _pinned(lock: str) -> set[tuple[str, str]]:
    text = (PROJECT_ROOT / lock).read_text()
    return set(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, re.MULTILINE))


def test_where_notices_are_recorded_is_one_volume_and_made_in_every_image_that_has_it():
    """The volume becomes what the first image that is started has there."""
    folder = "/var/spool/asterisk/recording"
    for image in ("asterisk", "controller"):
        text = " ".join((DOCKER_DIR / image / "Dockerfile").read_text().split())
        assert re.search(rf"install -d -m 2770 -o (asterisk|5060) -g asterisk {folder}\b", text)
        assert f"recordings:{folder}" in SERVICES[image]["volumes"]
    assert f"IVR_RECORDINGS_DIR={folder}" in text
