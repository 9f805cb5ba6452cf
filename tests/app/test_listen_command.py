"""`unisono listen --feed` and `unisono accelerate`, typed as a person types them."""

import json
from pathlib import Path

import asyncpg
import pytest

from tests.app.test_cli import unisono
from tests.db import Cluster
from tests.peers import require_binary
from unisono.store.migrate import migrate

_MONITOR = (
    "insert into monitor (id, name, name_key, query, created_at, changed_at) "
    "values (gen_random_uuid(), 'a', 'a', 'acme kaputt', now(), now())"
)


def line(number: int, text: str) -> str:
    return json.dumps({"id": str(number), "text": text, "created_at": "2026-11-02T09:00:00+00:00", "network": "forum"}) + "\n"


@pytest.mark.timeout(300)
async def test_a_file_is_heard_to_its_end_goes_on_where_it_was_left_and_a_bad_line_is_named(
    cluster: Cluster, tmp_path: Path
) -> None:
    dsn = await cluster.create("template1")
    feed, place = tmp_path / "posts.jsonl", {"UNISONO_DATABASE_URL": dsn, "UNISONO_DATA": str(tmp_path / "house")}
    await migrate(dsn)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_MONITOR)
        # The part in C finds the same; here it is made, and the next start uses it.
        require_binary("tcc", "/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/tcc")
        made = unisono("accelerate", **place)
        assert made.returncode == 0, made.stderr
        assert (tmp_path / "house" / "listening.so").is_file()
        feed.write_text(line(1, "Acme ist kaputt") + line(2, "nichts") + line(3, "ACME: kaputt!"), encoding="utf-8")
        said = unisono("listen", "--feed", str(feed), **place)
        assert said.stdout == "3 posts heard, 2 mentions new.\n", said.stderr
        with feed.open("a", encoding="utf-8") as more:
            more.write(line(4, "acme schon wieder kaputt") + "no JSON\n")
        said = unisono("listen", "--feed", str(feed), **place)
        assert said.returncode == 1
        assert "stands no post" in said.stderr
        assert "Traceback" not in said.stderr
        assert await connection.fetchval("select count(*) from mention") == 2
        feed.write_text(feed.read_text(encoding="utf-8").replace("no JSON\n", ""), encoding="utf-8")
        assert unisono("listen", "--feed", str(feed), **place).stdout == "1 posts heard, 1 mentions new.\n"
        assert await connection.fetchval("select posts from listening_source") == 4
    finally:
        await connection.close()
        await cluster.drop(dsn)


def test_a_file_or_a_compiler_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    said = unisono("listen", "--feed", str(tmp_path / "none"), UNISONO_DATA=str(tmp_path / "house"))
    assert (said.returncode, "Nothing was read" in said.stderr) == (1, True)
    said = unisono("accelerate", "--compiler", "no-such-compiler", UNISONO_DATA=str(tmp_path / "house"))
    assert said.returncode == 1
    assert "Listening goes on without it" in said.stderr
    assert not (tmp_path / "house" / "listening.so").exists()
