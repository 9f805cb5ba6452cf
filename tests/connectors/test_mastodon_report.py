"""A report to the moderators of our Mastodon server, as the method `reports` takes it."""

from typing import Any

import pytest

from unisono.connectors.mastodon.answering import Answering
from unisono.contract import NotReached, Reject, Response, Retry, Sent, Unknown


class Heard:
    """Stands for the server: keeps what it was asked and answers with a status, or not at all."""

    def __init__(self, answer: int | NotReached) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, Any]] = []

    async def request(self, method: str, path: str, **more: Any) -> Response:
        self.asked.append((method, path, more["json"]))
        if isinstance(self.answer, NotReached):
            raise self.answer
        return Response(status=self.answer, headers={}, body=b"{}")

    def refusal(self, answer: Response) -> Reject:
        return Reject(code=str(answer.status), human="The server refuses.")


async def reported(answer: int | NotReached) -> tuple[Heard, object]:
    heard = Heard(answer)
    answering = Answering(None, heard, None)  # type: ignore[arg-type]
    return heard, await answering.report("42", "7", "threats")


async def test_it_names_the_account_the_status_and_the_reason() -> None:
    heard, result = await reported(200)
    assert result == Sent(remote_id="42")
    assert heard.asked == [
        ("POST", "/api/v1/reports", {"account_id": "7", "status_ids": ["42"], "comment": "threats", "category": "other"})
    ]


async def test_a_token_without_the_scope_is_told_in_words_and_the_channel_stays_as_it_is() -> None:
    _, result = await reported(403)
    assert isinstance(result, Reject)
    assert "write:reports" in result.human


@pytest.mark.parametrize(("sent", "kind"), [(True, Unknown), (False, Retry)])
async def test_a_server_that_does_not_answer_is_asked_again(sent: bool, kind: type) -> None:
    _, result = await reported(NotReached("no route", sent=sent))
    assert isinstance(result, kind)
