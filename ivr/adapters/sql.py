"""Where SQL comes from: named queries in the files of the folder `sql`."""

import re
from collections.abc import Mapping
from pathlib import Path

SQL_DIR = Path(__file__).resolve().parents[2] / "sql"
_NAME = re.compile(r"^-- (\w+) --$", re.MULTILINE)


def named_queries(path: Path) -> Mapping[str, str]:
    """The queries of a file, each under a line `-- name --` of its own.

    Raises ValueError for a name given twice, OSError for a file that cannot be read.
    """
    _, *parts = _NAME.split(path.read_text(encoding="utf-8"))
    names, texts = parts[0::2], parts[1::2]
    queries = {name: text.strip() for name, text in zip(names, texts, strict=True)}
    if len(queries) < len(names):
        raise ValueError(f"{path}: a query's name is given twice")
    return queries
