"""Variables in our own texts: `{customer.name}`, or `{customer.name|there}` with what stands when it is not known.

Pure. Two braces stand for one: `{{` and `}}`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from unisono.domain.errors import Invalid

#: What can stand between the braces.
VARIABLES: Final = (
    "customer.name", "customer.first_name", "customer.handle", "agent.name", "agent.first_name", "case.number", "channel.name",
    "channel.handle", "channel.brand", "conversation.subject", "organisation.name", "today",
)  # fmt: skip
#: What is known without a conversation: signatures and previews of the house use these alone.
OF_THE_HOUSE: Final = frozenset(
    {"agent.name", "agent.first_name", "channel.name", "channel.handle", "channel.brand", "organisation.name", "today"}
)

_TOKEN: Final = re.compile(r"\{\{|\}\}|\{([^{}\n|]{0,100})(?:\|([^{}\n]{0,200}))?\}")


def check_variables(text: str, known: Iterable[str] = VARIABLES, *, field: str = "text") -> None:
    """Raise Invalid naming the first variable that there is not, and those that there are."""
    allowed = set(known)
    for match in _TOKEN.finditer(text):
        name = match[1]
        if name is not None and name.strip() not in allowed:
            raise Invalid(
                f"{{{name}}} is no variable; known are {', '.join(sorted(allowed))}. A brace itself is written twice: {{{{ }}}}.",
                code="unknown_variable", field=field, name=name.strip(), known=", ".join(sorted(allowed)),
            )  # fmt: skip


def fill(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return the text filled in, and the variables whose value is not known: they stay in it as they stand."""
    missing: list[str] = []

    def one(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        name = (match[1] or "").strip()
        value = values.get(name) or (match[2] or "").strip()
        if not value:
            missing.append(name)
            return f"{{{name}}}"
        return value

    return _TOKEN.sub(one, text), list(dict.fromkeys(missing))
