"""What the desk and the API show of triage."""

from uuid import UUID

from msgspec import Struct

from unisono.service.instant import Instant


class SecondVerdict(Struct, frozen=True, kw_only=True):
    """What a second model says of the same. proven: it was shown to be not worse than ours in this, so that it is the verdict."""

    label: str
    probability: float
    model: str
    proven: bool


class Verdict(Struct, frozen=True, kw_only=True):
    """What one question came to. probability: between 0 and 1. because: the words of the text that speak most for it.

    trained: it has learned from enough labels of the house to decide anything. by: "list" is the lists of words that ship, "head"
    what was learned here, "model" a second model, "person" that somebody said so.
    """

    head: str
    label: str
    probability: float
    trained: bool
    by: str
    because: list[str]
    second: SecondVerdict | None = None


class UrgencyTerm(Struct, frozen=True, kw_only=True):
    """A reason to hurry: a stable code, how much (0 to 1), and the number or the words behind it."""

    code: str
    value: float
    because: str


class TriageView(Struct, frozen=True, kw_only=True):
    """What a customer's text was judged to be. urgency: the sum of its terms.

    demoted: it stands on the review list, for the gate thinks that it needs no answer; sampled: it is shown with the others all
    the same, so that it can be told what the gate loses.
    """

    item_id: UUID
    language: str | None
    verdicts: list[Verdict]
    urgency: float
    terms: list[UrgencyTerm]
    demoted: bool
    sampled: bool


class ConversationTriage(Struct, frozen=True, kw_only=True):
    """The texts of a conversation's customer, the newest first; older ones than the newest few are left out."""

    items: list[TriageView]


class LabelTask(Struct, frozen=True, kw_only=True):
    """A text that nobody has said anything of about a question. sure: how sure its head is, 0.5 to 1; null: there is none."""

    item_id: UUID
    network: str
    language: str | None
    text: str
    said_at: Instant
    sure: float | None


class LabelTasks(Struct, frozen=True, kw_only=True):
    """Texts to label, the least sure first. labelled: how many of this question and language are labelled already."""

    items: list[LabelTask]
    labelled: int
    wanted: int


class VersionView(Struct, frozen=True, kw_only=True):
    """A version of a head. f1, accuracy: on `texts` labels of which it had not learned; before_f1: of the one in use then, on the
    same; guessing_f1: of always saying the commonest answer. state: live, kept (it can be gone back to if usable) or refused.
    """

    id: UUID
    number: int
    state: str
    own: int
    f1: float
    accuracy: float
    texts: int
    before_f1: float | None
    guessing_f1: float
    fitted_at: Instant
    usable: bool


class GateView(Struct, frozen=True, kw_only=True):
    """The gate of a head: what falls below the threshold is demoted. lost, demoted: shares, counted on what came later."""

    threshold: float
    counted: int
    lost: float
    demoted: float


class HeadView(Struct, frozen=True, kw_only=True):
    """A question in a language: how many labels the house has, by answer, and what learned from them, the newest first."""

    head: str
    language: str
    labels: dict[str, int]
    labelled: int
    wanted: int
    trained: bool
    gate: GateView | None
    versions: list[VersionView]


class RunView(Struct, frozen=True, kw_only=True):
    """A learning. outcome: empty while it waits or goes on, else learned, refused, nothing_new, too_few or failed."""

    asked_at: Instant
    began_at: Instant | None
    ended_at: Instant | None
    outcome: str


class SecondHeadView(Struct, frozen=True, kw_only=True):
    """How a second model does in a question and a language: f1 beside own_f1, ours, on the same
    labels. state: trial or proven.
    """

    model: str
    head: str
    language: str
    state: str
    texts: int
    f1: float
    own_f1: float


class TriagePage(Struct, frozen=True, kw_only=True):
    """All about triage here. loss_budget: share of the texts that need an answer which may be demoted. can_learn: what learning
    needs is installed. review: how many mentions stand on the review list.
    """

    heads: list[HeadView]
    runs: list[RunView]
    loss_budget: float
    can_learn: bool
    review: int
    second: list[SecondHeadView] = []
