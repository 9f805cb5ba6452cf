"""The noise gate: below which probability a post goes to the review list, so that hardly any that needs an answer goes there.

The threshold is the largest of which one may be 95 % sure that it loses no more than half of the budget (Clopper and Pearson,
"The use of confidence or fiducial limits", Biometrika 26, 1934). It is counted forward: on posts that came after those from which
the head learned, as in service. Half, because streams change: on German posts about one company the loss of the months after was
twice that of the months before. A sample of what is demoted is shown at normal rank, and its labels tell the loss as it is.
"""

from collections.abc import Sequence
from math import exp, lgamma, log, log1p

from msgspec import Struct

#: Share of the posts that need an answer which may be demoted, unless the house says otherwise.
DEFAULT_BUDGET = 0.01

_FOR_CHANGE = 0.5
_DOUBT = 0.05
_HALVINGS = 40


class Gate(Struct, frozen=True, kw_only=True):
    """A post whose probability of needing an answer is below `threshold` is demoted.

    counted: posts that needed an answer on which it was found; lost, demoted: shares of those and of all posts counted.
    """

    threshold: float
    counted: int
    lost: float
    demoted: float


def gate(scores: Sequence[float], needed: Sequence[bool], budget: float = DEFAULT_BUDGET) -> Gate:
    """Return the gate for a budget; one that demotes nothing where there are too few posts to promise anything.

    scores: probabilities that a post needs an answer, by a head that learned from earlier posts. needed: whether it did.
    """
    wanted = sorted(score for score, need in zip(scores, needed, strict=True) if need)
    may_lose = -1
    while may_lose + 1 < len(wanted) and at_most(may_lose + 1, len(wanted)) <= _FOR_CHANGE * budget:
        may_lose += 1
    threshold = wanted[may_lose] if may_lose >= 0 else 0.0
    return Gate(
        threshold=threshold, counted=len(wanted), lost=sum(score < threshold for score in wanted) / max(len(wanted), 1),
        demoted=sum(score < threshold for score in scores) / max(len(scores), 1),
    )  # fmt: skip


def at_most(lost: int, of: int, doubt: float = _DOUBT) -> float:
    """Return the share that is not exceeded, with 1 - doubt of certainty, where `lost` of `of` were lost."""
    if lost >= of:
        return 1.0
    low, high = lost / of, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _as_few(lost, of, middle) > doubt else (low, middle)
    return high


def at_least(lost: int, of: int, doubt: float = _DOUBT) -> float:
    """Return the share that is reached, with 1 - doubt of certainty; with `at_most` an interval of 1 - 2 * doubt."""
    return 1 - at_most(of - lost, of, doubt)


def _as_few(lost: int, of: int, share: float) -> float:
    """The probability of at most `lost` among `of` where each is lost with probability `share`."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    return sum(
        exp(lgamma(of + 1) - lgamma(n + 1) - lgamma(of - n + 1) + n * log(share) + (of - n) * log1p(-share))
        for n in range(lost + 1)
    )
