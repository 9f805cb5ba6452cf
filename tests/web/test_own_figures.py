"""One's own figures: counted right, for nobody else's eyes, whatever rights they have."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from tests.midnight import zone_at_noon
from tests.web.conftest import Browser, Served
from unisono.domain.ids import new_id
from unisono.service.own_figures import Handled, span

NOW = datetime.now(UTC)


async def closed(served: Served, who: UUID, medium: str, *, back: timedelta, response_s: int, late: bool = False) -> None:
    """An enquiry that somebody answered and closed so long ago."""
    channel = await served.kit.channel(medium=medium)
    at = datetime.now(UTC) - back
    key = str(new_id())
    await served.kit.hear(channel, {"id": key, "by": key, "text": "Frage", "at": (at - timedelta(hours=1)).isoformat()})
    [row] = await served.sql("select interaction_id from message where remote_id = $1", key)
    work = row["interaction_id"]
    await served.sql("insert into agent (user_id) values ($1) on conflict do nothing", who)
    await served.sql(
        "update interaction set state = 'closed', agent_id = $2, waiting_since = $3, first_response_at = $4, closed_at = $5 where id = $1",
        work, who, at - timedelta(hours=1), at - timedelta(hours=1) + timedelta(seconds=response_s), at,
    )  # fmt: skip
    await served.sql(
        "insert into message (id, conversation_id, interaction_id, channel_id, direction, visibility, user_id, occurred_at, received_at, "
        "said_at, ingest_key) select $1, conversation_id, id, channel_id, 'out', 'public', $2, $3, $3, $3, $4 from interaction where id = $5",
        new_id(), who, at, f"answer:{key}", work,
    )  # fmt: skip
    if late:
        await served.sql(
            "insert into event (epoch, id, at, type, interaction_id) values (1, $1, $2, 'interaction.breached', $3)",
            new_id(),
            at,
            work,
        )


async def test_they_are_counted_by_day_week_and_medium(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    me = UUID((await anna.get("me"))["user"]["id"])
    await closed(served, me, "mail", back=timedelta(seconds=5), response_s=60)
    await closed(served, me, "post", back=timedelta(seconds=5), response_s=180, late=True)
    await closed(served, me, "post", back=timedelta(weeks=3), response_s=10)
    await closed(served, me, "post", back=timedelta(weeks=20), response_s=10)
    figures = await anna.get(f"me/figures?zone={quote(zone_at_noon())}")
    assert (figures["today"]["handled"], figures["today"]["media"]) == (2, {"mail": 1, "post": 1})
    assert (figures["today"]["median_response_s"], figures["today"]["within"]) == (120, 0.5)
    assert [week["handled"] for week in figures["weeks"]] == [2, 0, 0, 1, 0, 0, 0, 0]
    assert (await anna.problem("GET", "me/figures?zone=Mars"))["code"] == "bad_zone"


async def test_nobody_else_reads_them_not_even_an_administrator(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    me = (await anna.get("me"))["user"]["id"]
    await closed(served, UUID(me), "mail", back=timedelta(seconds=5), response_s=60)
    for path in ("me/figures", f"me/figures?user_id={me}", f"me/figures?agent_id={me}"):
        assert (await root.get(path))["today"]["handled"] == 0
    for path in (f"users/{me}/figures", f"agents/{me}/figures", f"figures/{me}", f"me/{me}/figures"):
        assert (await root.problem("GET", path))["status"] == 404
    described = await root.get("openapi.json")
    [reading] = [path for path in described["paths"] if path.endswith("/me/figures")]
    assert [parameter["name"] for parameter in described["paths"][reading]["get"]["parameters"]] == ["zone"]
    assert list(described["paths"][reading]) == ["get"]
    assert (await served.browser().ask("GET", "me/figures")).status_code == 401


def test_a_median_of_an_even_number_lies_between_and_of_none_is_none() -> None:
    def one(seconds: float | None) -> Handled:
        return Handled(closed_at=NOW, medium="post", response_s=seconds, in_time=True, code_id=None)

    assert span(NOW.date(), [one(1), one(3), one(None)]).median_response_s == 2
    assert span(NOW.date(), [one(9), one(1), one(3)]).median_response_s == 3
    empty = span(NOW.date(), [])
    assert (empty.median_response_s, empty.within, empty.handled) == (None, None, 0)
