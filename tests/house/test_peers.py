"""A missing program of another maker never hides: it fails where CI runs, and says what to type elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

import peers as installer
from steps import Failed
from tests import peers


def test_a_missing_program_fails_where_ci_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install --no-install-recommends dovecot-imapd"):
        peers.require_binary("dovecot-imapd", str(tmp_path / "dovecot"))


def test_a_missing_program_skips_elsewhere_and_says_what_to_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="make peers, or sudo apt-get"):
        peers.require_binary("dovecot-imapd", str(tmp_path / "dovecot"))


def test_the_newest_of_several_versions_need_not_be_named(tmp_path: Path) -> None:
    program = tmp_path / "16" / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.touch(0o755)
    assert peers.require_binary("postgresql-15", f"{tmp_path}/1[5-9]/bin/postgres") == program


def test_only_what_is_missing_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    paths = {"here": [str(tmp_path / "there")], "gone": [str(tmp_path / "nowhere")]}
    monkeypatch.setattr(installer, "PACKAGES", paths)
    assert installer.missing_packages() == ["gone"]


def test_a_person_without_root_is_told_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Failed, match=r"Type: sudo apt-get update && sudo apt-get install .* chromium"):
        installer._debian_peers(["chromium"])


def test_installing_starts_no_daemon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(installer, "POLICY", policy)
    monkeypatch.setattr(installer, "SERVICES", [])
    with installer._no_daemon_left_running():
        assert policy.read_text(encoding="utf-8").endswith("exit 101\n")
        assert policy.stat().st_mode & 0o111
    assert not policy.exists()


def test_a_policy_that_was_there_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("mine", encoding="utf-8")
    monkeypatch.setattr(installer, "POLICY", policy)
    monkeypatch.setattr(installer, "SERVICES", [])
    with installer._no_daemon_left_running():
        pass
    assert policy.read_text(encoding="utf-8") == "mine"
