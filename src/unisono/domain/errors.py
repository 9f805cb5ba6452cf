"""Errors by the reaction that a caller can have; each carries a code for the API and the desk's translation."""


class UnisonoError(Exception):
    """Base: `code` is a stable word for programs, the text is for people (what happened, what was kept, what next)."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, **facts: object) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.facts = facts


class NotFound(UnisonoError):
    """The thing does not exist, or the asker may not know that it does."""

    code = "not_found"


class Forbidden(UnisonoError):
    """The asker is known but lacks the right for this action."""

    code = "forbidden"


class Conflict(UnisonoError):
    """Somebody else was faster, or the thing is in a state that does not allow this; reload and decide anew."""

    code = "conflict"


class Invalid(UnisonoError):
    """The request cannot be carried out as it stands; nothing was changed. `field` names the culprit if there is one."""

    code = "invalid"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None, **facts: object) -> None:
        super().__init__(message, code=code, **facts)
        self.field = field


class Unavailable(UnisonoError):
    """A part that is needed does not answer (database, disk, network); the same request may succeed later."""

    code = "unavailable"
