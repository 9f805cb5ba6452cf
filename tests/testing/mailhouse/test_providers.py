"""The scripted provider keeps the rules that real ones keep, as clients of other makers see it."""

import base64
import json
import smtplib
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from unisono.testing.lab import PeerMissing
from unisono.testing.mailhouse import dovecot
from unisono.testing.mailhouse.identity import APP_SCOPE, CLIENT_ID, CLIENT_SECRET, IdentityProvider
from unisono.testing.mailhouse.submission import Submission


def post(url: str, **form: str) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode())
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def renew(provider: IdentityProvider, token: str, **more: str) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "refresh_token": token}
    return post(provider.token_url, **(form | more))


def test_refresh_tokens_rotate_and_one_that_is_used_twice_ends_the_authorisation() -> None:
    with IdentityProvider() as provider:
        first = provider.authorise("berta@shop.example")
        status, said = renew(provider, first)
        assert status == 200
        assert post(provider.introspection_url, token=said["access_token"]) == (
            200,
            {"active": True, "username": "berta@shop.example"},
        )
        assert renew(provider, first)[1]["error"] == "invalid_grant"
        assert renew(provider, said["refresh_token"])[1]["error"] == "invalid_grant", "the whole family ends (RFC 9700)"
        assert post(provider.introspection_url, token=said["access_token"]) == (200, {"active": False})


def test_access_tokens_end_by_time_and_by_order() -> None:
    now = 1_000.0
    with IdentityProvider(now=lambda: now, lifetime_s=60) as provider:
        refresh = provider.authorise("berta@shop.example")
        _, said = renew(provider, refresh)
        assert provider.owner_of(said["access_token"]) == "berta@shop.example"
        provider.expire("berta@shop.example")
        assert provider.owner_of(said["access_token"]) is None
        _, said = renew(provider, said["refresh_token"])
        now += 61
        assert provider.owner_of(said["access_token"]) is None


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"refresh_token": "unknown"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials", "scope": "Mail.Read"}, 400, "invalid_scope"),
    ],
)
def test_what_is_wrong_is_refused_as_rfc_6749_says(form: dict[str, str], status: int, error: str) -> None:
    with IdentityProvider() as provider:
        code, said = renew(provider, provider.authorise("a@b.example"), **form)
        assert (code, said["error"]) == (status, error)
        assert renew(provider, "", grant_type="client_credentials", scope=APP_SCOPE)[0] == 200


def test_the_smtp_server_takes_mails_of_those_who_may_log_in() -> None:
    with IdentityProvider() as provider, Submission(log_in=True, token_owner=provider.owner_of) as door:
        token = provider.issue("berta@shop.example")
        with smtplib.SMTP("127.0.0.1", door.port, timeout=10) as client:
            with pytest.raises(smtplib.SMTPSenderRefused):
                client.sendmail("a@shop.example", ["b@kunde.example"], "Subject: x\r\n\r\ny")
            wrong = base64.b64encode(b"user=berta@shop.example\1auth=Bearer nonsense\1\1").decode()
            assert client.docmd("AUTH", f"XOAUTH2 {wrong}")[0] == 535
            right = base64.b64encode(f"user=hilfe@shop.example\1auth=Bearer {token}\1\1".encode()).decode()
            assert client.docmd("AUTH", f"XOAUTH2 {right}")[0] == 235
            client.sendmail("hilfe@shop.example", ["b@kunde.example"], "Subject: x\r\n\r\ny")
        assert [taken.login for taken in door.taken] == ["hilfe@shop.example"]


def test_a_missing_dovecot_is_told_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dovecot, "PROGRAM", Path("/nowhere/dovecot"))
    with pytest.raises(PeerMissing, match="apt-get install"):
        dovecot.Dovecot().start()
