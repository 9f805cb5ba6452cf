"""Named SQL statements in `.sql` files beside their store module.

A block begins with `-- name: some_name`, followed by a comment line that says why it is as it is.

What is asked many times a second takes its keys as `(select $1::uuid[])`. The server plans a statement anew at each call while
that looks cheaper than a plan that it would keep; how many keys there are, or how near the end of the log somebody reads, decides
it. In a subselect they look the same each time, and the plan is kept: planning takes several times as long as the work.
"""

import re
from functools import cache
from importlib import resources
from typing import Final

ANY_OF: Final = "= any((select $1::uuid[])::uuid[])"
"""One of the keys in the first parameter, by a plan that is kept."""
_HEAD = re.compile(r"^--\s*name:\s*([a-z][a-z0-9_]*)\s*$", re.MULTILINE)


@cache
def load(module: str) -> dict[str, str]:
    """Return the statements of `store/<module>.sql` by name.

    Raises FileNotFoundError when the file is missing and ValueError when a name stands twice or a block is empty.
    """
    text = (resources.files("unisono.store") / f"{module}.sql").read_text(encoding="utf-8")
    parts = _HEAD.split(text)
    statements: dict[str, str] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name in statements:
            raise ValueError(f"{module}.sql has two blocks named {name}; rename one.")
        statement = body.strip().rstrip(";")
        if not statement:
            raise ValueError(f"The block {name} of {module}.sql is empty.")
        statements[name] = statement
    return statements
