"""How a page of the manual is written down: cells, tables, anchors."""

import re
from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """The text in one cell of a table, as it is: no mark-up, but for what stands in backquotes."""
    pieces = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(
        piece.replace("|", r"\|") if piece.startswith("`") else _plain(piece) for piece in pieces
    )


def code(text: str) -> str:
    """The text as code."""
    return f"`{text}`"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are ready to be written."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _plain(text: str) -> str:
    return re.sub(r"([\\*_<>\[\]|])", r"\\\1", text)
