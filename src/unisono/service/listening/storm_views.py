"""What the desk and the API show of spikes and storms."""

from uuid import UUID

from msgspec import Struct, field

from unisono.service.instant import Instant
from unisono.service.listening.alert_views import AlertTold


class AlertView(Struct, frozen=True, kw_only=True):
    """Unusually much was found: posts within window_s seconds, where `usual` would have been; most: the most since then.

    ended_at: null while it stands. storm_id: what was begun about it. told: mails and chats about it, for who keeps monitors.
    """

    id: UUID
    monitor_id: UUID
    monitor: str
    began_at: Instant
    ended_at: Instant | None
    window_s: int
    posts: int
    most: int
    usual: float
    storm_id: UUID | None
    told: list[AlertTold] = field(default_factory=list)


class StormView(Struct, frozen=True, kw_only=True):
    """Enquiries about one thing, in one case with one answer.

    state: open, approval (a second person must look), sending or ended. folded: enquiries in it; waiting: those that the answer
    still has to reach; answered: authors whom it was sent to; arrived: where the network confirmed it; along: further enquiries
    of an author who was answered; refused: where the network does not take it, to be answered by hand; failed: given up by the
    sender; strangers: posts that are on their way into it. networks: enquiries by network.
    """

    id: UUID
    monitor_id: UUID
    monitor: str
    case_number: int
    title: str
    since: Instant
    state: str
    text: str
    code_id: UUID | None
    written_by: UUID | None
    approved_by: UUID | None
    owner_id: UUID | None
    folded: int
    waiting: int
    answered: int
    arrived: int
    along: int
    refused: int
    failed: int
    strangers: int
    networks: dict[str, int]
    ended_at: Instant | None
    version: int
