"""Write the reference pages that are made from code: settings, commands, events, schemas and the API.

`python scripts/reference.py` writes them, `--check` only tells whether they are as the code says.
"""

import importlib
import json
import sys
import tomllib
from pathlib import Path
from typing import Any, get_type_hints

import click
import typer

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
NOTE = "<!-- Made by scripts/reference.py from the code; change it there. -->\n\n"


def settings_page() -> str:
    """The deployment's settings."""
    from unisono.app.settings import PREFIX, Settings

    hints = get_type_hints(Settings, include_extras=True)
    rows = ["# Settings", "", "Read from the environment at the start. A value that cannot be used stops the start.", ""]
    rows += ["| variable | default | meaning |", "|---|---|---|"]
    for name, default in zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True):
        meta = hints[name].__metadata__[0]
        rows.append(f"| `{PREFIX}{name.upper()}` | `{default!r}` | {meta.description} |")
    return "\n".join(rows) + "\n"


def house_settings_page() -> str:
    """What an administrator changes while it runs."""
    from unisono.service.settings import SETTINGS

    rows = ["# Settings of the house", "", "Changed in the desk under *Settings*, or by `PATCH /api/v1/settings`.", ""]
    rows += ["| name | default | meaning |", "|---|---|---|"]
    rows += [f"| `{s.name}` | `{s.default!r}` | {s.summary['en']} |" for s in SETTINGS.values()]
    return "\n".join(rows) + "\n"


def commands_page() -> str:
    """The command line."""
    from unisono.app.cli import app

    command = typer.main.get_command(app)
    rows = ["# Commands", ""]
    _describe(command, "unisono", rows)
    return "\n".join(rows) + "\n"


def _describe(command: Any, name: str, rows: list[str]) -> None:
    children = getattr(command, "commands", None)
    if children:
        for child in sorted(children):
            _describe(children[child], f"{name} {child}", rows)
        return
    context = click.Context(command, info_name=name)
    rows += [f"## {name}", "", (command.help or "").strip(), "", "```text", command.get_usage(context), "```", ""]
    options = [p for p in command.params if getattr(p, "help", None) and p.name != "help"]
    rows += [f"- `{p.opts[0]}`: {p.help}" for p in options] + ([""] if options else [])


def events_page() -> str:
    """The event log."""
    from unisono.service.event_types import EVENT_TYPES

    rows = ["# Events", "", "Every change is in the log: ids, enums and numbers only. Schemas stand in `docs/events/`.", ""]
    rows += ["| type | v | body | meaning |", "|---|---|---|---|"]
    for name, kind in sorted(EVENT_TYPES.items()):
        body = ", ".join(f"`{n}`" for n in kind.body) or "-"
        rows.append(f"| `{name}` | {kind.v} | {body} | {kind.summary} |")
    return "\n".join(rows) + "\n"


def metrics_page() -> str:
    """What Prometheus reads."""
    from unisono.service.metrics import REGISTRY

    rows = ["# Metrics", "", "Served for Prometheus where `UNISONO_METRICS_PORT` says so, one port for each process.", ""]
    rows += ["| name | kind | meaning |", "|---|---|---|"]
    families = sorted(REGISTRY.collect(), key=lambda family: family.name)
    rows += [f"| `{f.name}{'_total' if f.type == 'counter' else ''}` | {f.type} | {f.documentation} |" for f in families]
    return "\n".join(rows) + "\n"


def conformance_page() -> str:
    """The cases of the conformance suite."""
    from unisono.testing.conformance import BRONZE, CASES

    rows = ["# Conformance cases", "", "What every connector passes, or is excused from for one of the reasons named.", ""]
    rows += ["| case | what holds | bronze | excused when |", "|---|---|---|---|"]
    for number, case in sorted(CASES.items()):
        excuses = "; ".join(need.otherwise for need in case.needs) or "-"
        rows.append(f"| {number} | {case.name} | {'yes' if number in BRONZE else ''} | {excuses} |")
    return "\n".join(rows) + "\n"


#: What a connector may offer beyond hearing and answering: the method that shows it, and the word for it.
POWERS = {
    "verify": "webhook", "listen": "live stream", "get_media": "files", "retract": "take back",
    "still_there": "deletions looked for",
    "hide": "hide", "delete_comment": "delete", "like": "like", "templates": "templates", "backfill": "gaps filled",
    "typing": "typing", "routes": "own pages",
}  # fmt: skip
OUTBOUND = {"api": "yes", "deeplink": "opens the network", "none": "no"}


def networks_page() -> str:
    """What can be connected, how far it is trusted, and what that was shown with."""
    from unisono.contract import load_manifest

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = {}
    for name, where in project["entry-points"]["unisono.connectors"].items():
        module, _, attribute = where.partition(":")
        code = getattr(importlib.import_module(module), attribute)
        kept = json.loads((code.folder / "grades.json").read_text()) if (code.folder / "grades.json").exists() else {}
        found[name] = (code, load_manifest(code.folder), str(kept.get(name, {}).get("grade", "none")))
    rows = [
        "# Networks", "",
        "From the connectors' manifests and the grades that the [conformance suite](conformance.md) gave them. What a network",
        "allows in one thread is asked of the thread itself (`GET /api/v1/conversations/{id}`, `caps`).", "",
        "| network | hears | answers | also | authorised by | its API | limits, prices | grade | verified against |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, (code, manifest, grade) in sorted(found.items(), key=lambda item: item[1][1].title.get("en", item[0]).casefold()):
        also = ", ".join(word for method, word in POWERS.items() if callable(getattr(code, method, None)))
        api = manifest.api_version + (f", ends {manifest.sunset}" if manifest.sunset else "")
        limits = ", ".join(dict.fromkeys(limit.bucket for limit in manifest.limits))
        prices = f"{len(manifest.costs)} prices in {manifest.currency}" if manifest.costs else ""
        cells = [
            manifest.title.get("en", name), ", ".join(manifest.streams), OUTBOUND[manifest.outbound], also,
            "OAuth 2 in the browser" if manifest.oauth else manifest.auth.replace("_", " "), api,
            "; ".join(part for part in (limits, prices) if part), grade, "; ".join(manifest.verified_against),
        ]  # fmt: skip
        rows.append("| " + " | ".join((cell or "-").replace("|", "/") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def openapi() -> dict[str, Any]:
    """The API as the server describes it."""
    from unisono.app.describe import openapi_document

    document: dict[str, Any] = openapi_document()
    return document


def api_page(document: dict[str, Any]) -> str:
    """The API's routes."""
    rows = ["# HTTP API", "", "All of it, as OpenAPI 3.1: `/api/v1/openapi.json` and `docs/openapi.json`.", ""]
    rows += ["| method | path | what |", "|---|---|---|"]
    for path, methods in sorted(document["paths"].items()):
        for method, operation in sorted(methods.items()):
            if method in ("get", "post", "put", "patch", "delete"):
                text = (operation.get("description") or operation.get("summary") or "").strip().split("\n")[0]
                rows.append(f"| {method.upper()} | `{path}` | {text} |")
    return "\n".join(rows) + "\n"


def pages() -> dict[Path, str]:
    """All files that are made from code."""
    from unisono.service.event_types import EVENT_TYPES, json_schema

    document = openapi()
    made = {
        DOCS / "reference" / "settings.md": NOTE + settings_page(),
        DOCS / "reference" / "house-settings.md": NOTE + house_settings_page(),
        DOCS / "reference" / "commands.md": NOTE + commands_page(),
        DOCS / "reference" / "events.md": NOTE + events_page(),
        DOCS / "reference" / "conformance.md": NOTE + conformance_page(),
        DOCS / "reference" / "networks.md": NOTE + networks_page(),
        DOCS / "reference" / "metrics.md": NOTE + metrics_page(),
        DOCS / "reference" / "api.md": NOTE + api_page(document),
        DOCS / "openapi.json": json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
    }
    for name in EVENT_TYPES:
        made[DOCS / "events" / f"{name}.json"] = json.dumps(json_schema(name), indent=1, ensure_ascii=False) + "\n"
    return made


def main() -> int:
    """Write or check."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not as the code says; run scripts/reference.py.")
        return 1 if stale else 0
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(stale)} files written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
