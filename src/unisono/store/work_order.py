"""The work list in the order in which the router would hand it out: its index, reckoned in the database for all that waits.

The formula is `routing.index`, term by term; tests hold the two together. The time and the backlog that a first page was reckoned
with go along to the next pages, so that nothing moves from one page to another while somebody reads on.
"""

from collections.abc import Sequence

from unisono.service.ports.reading import Place, Rank, Sight, WorkFilter
from unisono.store.sql import load
from unisono.store.work_lists import Parameters, conditions

_SQL = load("work_order")
_KEYS = "r.priority, r.index, r.due, r.since, r.id"


def backlog() -> str:
    """Return the statement of (minutes of work that wait, people who are there)."""
    return _SQL["backlog"]


def ranked_statement(sight: Sight, which: WorkFilter, at: Place, after: Rank | None, limit: int) -> tuple[str, list[object]]:
    """Return the statement of the next ranks and its values."""
    parameters = Parameters()
    # The file names them by number, and the place of the conditions by a comment.
    parameters.add(at.at_s)
    parameters.add(at.minutes)
    ranks = _SQL["ranked"].replace("-- which", f"and {' and '.join(conditions(sight, which, parameters))}")
    further = ""
    if after is not None:
        places: Sequence[str] = [
            parameters.add(value, kind)
            for value, kind in zip(after, ("::int", "::float8", "::float8", "::float8", "::uuid"), strict=True)
        ]
        further = f"where ({_KEYS}) > ({', '.join(places)}) "
    return f"select {_KEYS} from ({ranks}) r {further}order by {_KEYS} limit {parameters.add(limit, '::int')}", parameters.values
