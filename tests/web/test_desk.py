"""The desk's files."""

import gzip
from pathlib import Path

import pytest

from tests.web.conftest import Browser, Served
from unisono.web.desk import load_desk


@pytest.fixture
def built(served: Served, tmp_path: Path) -> None:
    """A desk as the build leaves it."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Desk</title>" + "<p>x</p>" * 300, encoding="utf-8")
    (folder / "assets" / "index-abc123.js").write_text("console.log('desk')", encoding="utf-8")
    (folder / "theme.js").write_text("1", encoding="utf-8")
    served.app.state["desk"] = load_desk(folder)


@pytest.mark.usefixtures("built")
async def test_every_address_of_the_desk_gives_its_page(served: Served) -> None:
    browser = served.browser(accept="text/html")
    for path in ("/", "/login", "/work/0190", "/setup/some-token", "/settings/channels"):
        response = await browser.ask("GET", path)
        assert response.status_code == 200
        assert response.text.startswith("<!doctype html><title>Desk</title>")
        assert response.headers["cache-control"] == "no-cache"


@pytest.mark.usefixtures("built")
async def test_files_with_a_hash_in_their_name_are_kept_for_ever(served: Served) -> None:
    browser = served.browser()
    hashed = await browser.ask("GET", "/assets/index-abc123.js")
    assert "immutable" in hashed.headers["cache-control"]
    assert hashed.headers["content-type"] == "text/javascript; charset=utf-8"
    plain = await browser.ask("GET", "/theme.js")
    assert plain.headers["cache-control"] == "no-cache"
    same = await browser.ask("GET", "/theme.js", headers={"if-none-match": plain.headers["etag"]})
    assert same.status_code == 304


@pytest.mark.usefixtures("built")
async def test_pages_go_compressed_to_who_takes_them(served: Served) -> None:
    browser = served.browser(accept="text/html")
    zipped = await browser.ask("GET", "/", headers={"accept-encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) < 1_000
    plain = await browser.ask("GET", "/", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == zipped.content
    assert gzip.compress(plain.content) != plain.content


@pytest.mark.usefixtures("built")
async def test_what_is_not_there_is_a_problem_and_not_the_page(served: Served) -> None:
    browser = served.browser()
    for path in ("/assets/gone.js", "/api/v2/work", "/hooks", "/c", "/etc/passwd.txt", "/%2e%2e/secret.key"):
        response = await browser.ask("GET", path, headers={"accept": "text/html"})
        assert response.status_code in {404, 405}, path
        assert response.headers["content-type"] == "application/problem+json"


async def test_without_a_built_desk_the_page_says_what_to_do(served: Served) -> None:
    served.app.state["desk"] = {}
    browser: Browser = served.browser(accept="text/html")
    german = await browser.ask("GET", "/", headers={"accept-language": "de"})
    assert german.status_code == 503
    assert "make ui" in german.text
    assert "Die Oberfläche ist nicht gebaut" in german.text
    assert "The desk is not built" in (await browser.ask("GET", "/", headers={"accept-language": "en"})).text
    assert (await browser.get("health"))["status"] == "ok"
