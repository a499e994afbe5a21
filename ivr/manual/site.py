"""How the manual becomes a site: the pages of `docs/` and those from the code, by Sphinx."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ivr import cli
from ivr.errors import Refusal
from ivr.manual import commands, environment, keys
from ivr.settings import PROJECT_ROOT

_DOCS = PROJECT_ROOT / "docs"
# Files of the project that pages of docs/ name by a link.
_NAMED = ("host",)


def generated() -> Mapping[str, str]:
    """The pages from the code, by their names in the folder `reference` of the manual."""
    return {
        "commands.md": commands.page(cli.all_commands()),
        "keys.md": keys.page(),
        "environment.md": environment.page(),
    }


def build(folder: Path) -> Path:
    """Build the manual into `folder`; return its first page. A broken link is a Refusal.

    What was there is replaced. The site is read from the disk or from any web server, and asks
    nobody else for anything.
    """
    source, site = folder / "source", folder / "site"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_DOCS, source / "docs")
    for name in _NAMED:
        shutil.copytree(PROJECT_ROOT / name, source / name)
    (source / "docs" / "reference").mkdir()
    for name, text in generated().items():
        (source / "docs" / "reference" / name).write_text(text)
    _name_the_rest(source / "docs")
    _sphinx(source / "docs", site)
    return site / "index.html"


def _name_the_rest(docs: Path) -> None:
    """A page that the index does not name would be found by the search alone: it stands last."""
    index = docs / "index.md"
    named = set(index.read_text().split())
    rest = sorted(page.stem for page in docs.glob("*.md") if page.stem not in named | {"index"})
    if rest:
        more = "\n".join(["", "```{toctree}", ":caption: More", ":maxdepth: 1", "", *rest, "```"])
        index.write_text(f"{index.read_text()}{more}\n")


def _sphinx(source: Path, site: Path) -> None:
    """Every warning counts: a link that leads nowhere is one."""
    strict = ["--nitpicky", "--fail-on-warning", "--keep-going", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *strict, str(source), str(site)],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refusal(f"The manual cannot be built: {done.stderr.strip() or done.stdout.strip()}")
