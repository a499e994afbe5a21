"""The manual as a site: every link in it leads somewhere, and nothing in it calls out."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from ivr.errors import Refusal
from ivr.manual import site
from ivr.settings import PROJECT_ROOT

pytestmark = pytest.mark.xdist_group("manual")  # it is built once for all of them


@dataclass
class Page(HTMLParser):
    """What a page leads to, what it loads, and the places in it."""

    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value for name, value in attrs if value is not None}
        self.places |= {said[name] for name in ("id", "name") if name in said}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag != "a":
            self.loaded += [said[name] for name in ("src", "href", "action") if name in said]


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    return site.build(tmp_path_factory.mktemp("manual")).parent


@pytest.fixture(scope="module")
def pages(manual: Path) -> dict[Path, Page]:
    found = {}
    for file in manual.rglob("*.html"):
        found[file] = Page()
        found[file].feed(file.read_text())
    return found


def test_every_page_of_docs_and_every_page_from_the_code_is_in_the_manual(pages: dict[Path, Page]):
    docs = PROJECT_ROOT / "docs"
    wanted = {str(file.relative_to(docs).with_suffix(".html")) for file in docs.rglob("*.md")}
    wanted |= {f"reference/{Path(name).stem}.html" for name in site.generated()}
    first = next(file for file in pages if file.name == "index.html")

    assert wanted <= {str(file.relative_to(first.parent)) for file in pages}
    assert wanted - {"index.html"} <= {urlsplit(link).path for link in pages[first].links}


def test_every_link_within_the_manual_leads_to_a_place_that_is_there(pages: dict[Path, Page]):
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            to = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            assert to.is_file(), (file.name, link)
            if parts.fragment and to in pages:
                assert unquote(parts.fragment) in pages[to].places, (file.name, link)


def test_the_manual_asks_nobody_on_the_internet_for_anything(manual: Path, pages: dict[Path, Page]):
    for file, page in pages.items():
        assert not [one for one in page.loaded if urlsplit(one).netloc], file.name
    for file in manual.rglob("*.css"):
        assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", file.read_text()), file.name


def test_a_word_that_stands_on_one_page_is_found_there(manual: Path):
    index = (manual / "searchindex.js").read_text()

    assert (manual / "search.html").is_file()
    assert {"ghost", "budget_"} <= set(re.findall(r"\w+", index))  # words without their endings
    assert '"reference/keys"' in index


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of pages for a manual of the test's own; none comes from the code."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "conf.py").write_text((PROJECT_ROOT / "docs" / "conf.py").read_text())
    monkeypatch.setattr(site, "_DOCS", folder)
    monkeypatch.setattr(site, "generated", dict)
    return folder


def test_a_link_that_leads_nowhere_is_refused(docs: Path, tmp_path: Path):
    (docs / "index.md").write_text("# All\n\n[there](elsewhere.md) [and](#nowhere)\n")

    with pytest.raises(Refusal, match=r"elsewhere\.md") as refused:
        site.build(tmp_path / "manual")
    assert "nowhere" in str(refused.value)


def test_a_page_that_the_index_does_not_name_is_named_all_the_same(docs: Path, tmp_path: Path):
    (docs / "index.md").write_text("# All\n\n```{toctree}\nfirst\n```\n")
    for name in ("first", "forgotten"):
        (docs / f"{name}.md").write_text(f"# The {name}\n")

    index = site.build(tmp_path / "manual").read_text()

    assert index.index("The first") < index.index("More") < index.index("The forgotten")
