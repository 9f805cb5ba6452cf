"""What Prometheus reads of a running process, parsed by the client library's own parser."""

import asyncio
import json
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.peers import free_port
from tests.running import Process
from unisono.service.metrics import REGISTRY
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.server import SandboxServer


@pytest.fixture
def metrics_port(monkeypatch: pytest.MonkeyPatch) -> int:
    port = free_port()
    monkeypatch.setenv("UNISONO_METRICS_PORT", str(port))
    return port


async def figures(port: int) -> dict[tuple[str, str], float]:
    """Every sample by its name and labels."""
    async with httpx2.AsyncClient() as http:
        text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    return {
        (sample.name, json.dumps(sample.labels, sort_keys=True)): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_running_process_tells_what_it_did_and_what_waits(open_directory: Path, metrics_port: int) -> None:
    process = Process(open_directory / "house")
    async with SandboxServer(SandboxNetwork()) as network:
        company = network.network.join("zwitscher", "Shop", "shop", company=True)
        made = await process.furnish(
            "sandbox", {"base_url": network.url, "face": "zwitscher", "account": "shop"}, {"token": str(company.token)}
        )
        await process.start()
        try:
            anna = network.network.join("zwitscher", "Anna", "anna")
            network.network.say(anna.id, "@shop Wo bleibt mein Paket?")
            waiting = ("unisono_interactions", '{"state": "waiting"}')
            for _ in range(300):
                if (now := await figures(metrics_port)).get(waiting):
                    break
                await asyncio.sleep(0.1)
            assert now[waiting] == 1
            assert now["unisono_items_received_total", json.dumps({"channel": str(made.channel_id)})] == 1
            assert now["unisono_write_transaction_seconds_count", "{}"] > 0
            assert now["unisono_longest_wait_seconds", "{}"] > 0
            health = {"method": "GET", "route": "/api/v1/health", "status": "200"}
            assert now["unisono_http_request_seconds_count", json.dumps(health)] >= 1
        finally:
            assert process.stop() == 0
            process.close()


def test_no_label_can_hold_a_text_or_a_name() -> None:
    labels = {name for collector in REGISTRY._collector_to_names for name in getattr(collector, "_labelnames", ())}
    ids, words = (
        {"channel", "lane", "source", "webhook"},
        {"driver", "kind", "method", "reason", "result", "route", "state", "status", "type"},
    )
    assert labels == ids | words
