"""Errors are sorted by what we can do about them, whatever status they come with."""

import pytest

from unisono.connectors._graph.problems import Kind, kind_of, problem_of
from unisono.connectors._graph.usage import pause_of, used_percent
from unisono.contract import Response
from unisono.testing.clock import START


def refused(status: int, code: int, subcode: int = 0, message: str = "m") -> Response:
    body = f'{{"error":{{"message":"{message}","code":{code},"error_subcode":{subcode},"fbtrace_id":"x"}}}}'
    return Response(status=status, headers={}, body=body.encode())


@pytest.mark.parametrize(
    ("status", "code", "subcode", "kind"),
    [
        (400, 190, 463, Kind.REAUTH),
        (401, 190, 0, Kind.REAUTH),
        (401, 0, 0, Kind.REAUTH),
        (400, 4, 0, Kind.THROTTLED),
        (403, 17, 0, Kind.THROTTLED),
        (400, 32, 0, Kind.THROTTLED),
        (400, 613, 0, Kind.THROTTLED),
        (400, 80007, 0, Kind.THROTTLED),
        (400, 131056, 0, Kind.THROTTLED),
        (429, 0, 0, Kind.THROTTLED),
        (400, 10, 2018278, Kind.WINDOW),
        (400, 10, 2534022, Kind.WINDOW),
        (400, 131047, 0, Kind.WINDOW),
        (403, 10, 0, Kind.FORBIDDEN),
        (403, 200, 0, Kind.FORBIDDEN),
        (400, 100, 33, Kind.GONE),
        (400, 10900, 0, Kind.USED_UP),
        (400, 2635, 0, Kind.BAD_VERSION),
        (500, 1, 0, Kind.TROUBLE),
        (503, 2, 0, Kind.TROUBLE),
        (502, 0, 0, Kind.TROUBLE),
        (400, 100, 0, Kind.REFUSED),
    ],
)
def test_an_error_has_its_class(status: int, code: int, subcode: int, kind: Kind):
    answer = refused(status, code, subcode)
    assert kind_of(answer, problem_of(answer)) is kind


def test_a_page_of_a_proxy_is_trouble_and_nothing_more():
    answer = Response(status=502, headers={}, body=b"<html>")
    assert kind_of(answer, problem_of(answer)) is Kind.TROUBLE


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "90"}, 90.0),
        ({"x-ratelimit-reset": str(int(START.timestamp()) + 45)}, 45.0),
        ({"x-business-use-case-usage": '{"1":[{"type":"pages","estimated_time_to_regain_access":19}]}'}, 1_140.0),
        ({"x-business-use-case-usage": "nonsense"}, 60.0),
        ({}, 60.0),
        ({"retry-after": "999999"}, 3_600.0),
    ],
)
def test_the_pause_is_what_the_network_asks_for(headers: dict[str, str], seconds: float):
    assert pause_of(Response(status=400, headers=headers, body=b""), START) == seconds


def test_the_largest_share_of_the_rate_counts():
    headers = {
        "x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":25}',
        "x-business-use-case-usage": '{"4711":[{"type":"messenger","call_count":91,"total_cputime":1,"total_time":1}]}',
    }
    assert used_percent(Response(status=200, headers=headers, body=b"")) == 91
    assert used_percent(Response(status=200, headers={"x-app-usage": "[1]"}, body=b"")) == 0
