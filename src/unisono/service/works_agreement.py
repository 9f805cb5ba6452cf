"""Every personal datum of employees that the house holds: what for, who sees it, in which report, how long.

The list is complete by construction: a test walks the schema, and a column that names a person of the house and has no row here
fails it. Who sees it and how long it is kept are read from the house as it is now.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from unisono.service.access import Access
from unisono.service.ports import Database
from unisono.service.settings import read_settings
from unisono.service.setup_views import Names
from unisono.service.works_agreement_data import DATA, Datum

LOG_KEPT_DAYS: Final = 400


class AgreementRow(Struct, frozen=True, kw_only=True):
    """One datum. place: table and columns that hold it."""

    place: str
    what: Names
    purpose: Names
    seen_by: Names
    report: Names
    kept: Names


class AgreementView(Struct, frozen=True, kw_only=True):
    """What the house holds about its employees. permits: how many permits to look at single people hold now."""

    rows: list[AgreementRow]
    permits: int
    least: int


#: How long, in words; figures come from the settings of the house.
_KEPT: Final[dict[str, tuple[str, str]]] = {
    "account": ("solange das Konto oder der Eintrag besteht", "as long as the account or the entry exists"),
    "own": ("bis man es selbst entfernt", "until one removes it oneself"),
    "directory": ("solange es im Verzeichnis der Organisation steht", "as long as it stands in the organisation's directory"),
    "now": ("nur der Stand von jetzt; kein Verlauf", "the present state only; no history"),
    "session": (
        "bis zur Abmeldung, höchstens {absolute} Stunden; ohne Tätigkeit {idle} Stunden",
        "until log-out, {absolute} hours at most; {idle} hours without activity",
    ),
    "link": ("bis er benutzt ist oder abläuft", "until it is used or expires"),
    "command": ("2 Tage", "2 days"),
    "work": ("solange das Anliegen besteht", "as long as the enquiry exists"),
    "customer": ("solange der Kunde besteht; mit ihm gelöscht", "as long as the customer exists; erased with them"),
    "audit": ("{audit_de}", "{audit_en}"),
    "log": ("{log} Tage", "{log} days"),
    "reports": (
        "solange das Anliegen in Berichten zählt; gelöscht mit dem Kunden",
        "as long as the enquiry counts; erased with the customer",
    ),
    "looks": ("{looks} Tage", "{looks} days"),
}
#: The roles that come with the house, as the desk calls them: German, English. A role that the house made is called by its name.
_ROLES: Final[dict[str, tuple[str, str]]] = {
    "administrator": ("Verwaltung", "Administration"), "supervisor": ("Leitung", "Supervision"),
    "agent": ("Bearbeitung", "Handling"), "viewer": ("Nur lesen", "Read only"), "auditor": ("Prüfung", "Audit"),
    "archivist": ("Archiv", "Archive"), "works_council": ("Betriebsrat", "Works council"),
}  # fmt: skip
_ONESELF: Final = ("nur man selbst und der Betrieb der Anlage", "only oneself and whoever runs the machine")


async def works_agreement(db: Database, access: Access | None) -> AgreementView:
    """Return what is held about employees, as the house is set up now. `access` None is the house itself. Raises Forbidden."""
    if access is not None and not access.may("people.agree"):
        access.require("setting.read")
    async with db.read() as tx:
        values = await read_settings(tx)
        roles = await tx.people.roles()
        audit = next((rule.days for rule in await tx.retention.rules() if rule.what == "audit"), None)
        held = [p for kind in ("figures", "live_view", "listening_in") for p in await tx.figures.holding(kind, None)]
    numbers = {
        "absolute": values["session.absolute_s"] // 3_600, "idle": values["session.idle_s"] // 3_600, "log": LOG_KEPT_DAYS,
        "looks": values["people.looks_kept_days"], "least": values["reports.least_group"],
        "audit_de": "dauerhaft, als Nachweis" if audit is None else f"{audit} Tage",
        "audit_en": "for good, as evidence" if audit is None else f"{audit} days",
    }  # fmt: skip
    who = {action: sorted(role.name for role in roles if action in role.actions) for d in DATA for action in d.seen_by}
    rows = [_row(datum, who, numbers) for datum in DATA]
    return AgreementView(rows=rows, permits=len(held), least=int(values["reports.least_group"]))


def _row(datum: Datum, who: Mapping[str, list[str]], numbers: Mapping[str, Any]) -> AgreementRow:
    seen_de, seen_en = (_seen(datum.seen_by, who, language) for language in (0, 1))
    de, en = _KEPT[datum.kept]
    return AgreementRow(
        place=f"{datum.table}: {', '.join(datum.columns)}", what=_names(*datum.what), purpose=_names(*datum.purpose),
        seen_by=_names(seen_de, seen_en) if datum.seen_by else _names(*_ONESELF),
        report=_names(datum.report[0].format(**numbers), datum.report[1].format(**numbers)),
        kept=_names(de.format(**numbers), en.format(**numbers)),
    )  # fmt: skip


def _seen(actions: Sequence[str], who: Mapping[str, list[str]], language: int) -> str:
    """Return the roles that see something, as the desk calls them, and by which right. language: 0 German, 1 English."""
    named = {action: [_ROLES[role][language] if role in _ROLES else role for role in who[action]] for action in actions}
    return "; ".join(f"{', '.join(roles) or '–'} ({action})" for action, roles in named.items())


def _names(de: str, en: str) -> Names:
    return {"de": de, "en": en}
