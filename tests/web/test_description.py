"""The interface does what it says of itself, whatever is sent to it."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.web.conftest import Browser, Served

# Streams do not end, and log-out would end the session that the others need.
LEFT_OUT = {"GET /api/v1/events", "DELETE /api/v1/session"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6


def try_operation(operation: Any, headers: dict[str, str]) -> tuple[set[int], str | None]:
    """Send made-up requests to one operation; returns the statuses, and what went wrong."""
    statuses: set[int] = set()

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def send(case: Any) -> None:
        response = case.call(headers=headers)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    try:
        send()
    except Exception as error:
        return statuses, str(error)
    return statuses, None


def exercise(base: str, headers: dict[str, str]) -> list[str]:
    """Send made-up requests to every operation; returns what went wrong."""
    schema = schemathesis.openapi.from_url(f"{base}/api/v1/openapi.json")
    wrong: list[str] = []
    statuses: dict[str, set[int]] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        name = f"{operation.method.upper()} {operation.path}"
        if name not in LEFT_OUT:
            statuses[name], error = try_operation(operation, headers)
            wrong += [f"{name}: {error}"] if error else []
    assert len(statuses) > 60
    assert sum(1 for found in statuses.values() if min(found) < 300) > 20, "hardly anything succeeds, so hardly anything is tried"
    return wrong


@pytest.mark.timeout(600)
async def test_every_operation_answers_made_up_requests_as_described(served: Served, root: Browser) -> None:
    token = (await root.did("POST", "me/tokens", {"name": "fuzz"}))["token"]
    channel = await served.kit.channel()
    await served.kit.hear(channel, {"id": "1", "text": "Something to find"})
    wrong = await asyncio.to_thread(exercise, served.base, {"Authorization": f"Bearer {token}"})
    assert wrong == []
