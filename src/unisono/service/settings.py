"""Settings of the house that an administrator changes while it runs; those of the deployment stand in the environment."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import msgspec
from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.presence.words import Source
from unisono.service.access import Access
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.setup_views import Names, SettingView


class Setting(Struct, frozen=True, kw_only=True):
    """One setting: its kind, what it is by itself, between what it lies (numbers) or how long it is (texts), and what else it has
    to be (`fits`)."""

    name: str
    kind: type
    default: Any
    low: float | None = None
    high: float | None = None
    fits: Callable[[Any], bool] | None = None
    summary: Names


_DAY_S: Final = 86_400


def is_time_zone(name: str) -> bool:
    """Tell whether this names a time zone of the IANA's list."""
    return name in available_timezones()


def is_endpoint(text: str) -> bool:
    """Tell whether this is the address of a language model's endpoint, or empty for none."""
    parts = urlsplit(text)
    return text == "" or (parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.username)


def are_sources(names: list[str]) -> bool:
    """Tell whether these are sources of presence by which work can be paused; a call pauses nothing, capacity does."""
    return set(names) <= set(Source) - {Source.CALL, Source.WORK, Source.ACTIVITY}


# A call takes a whole person, who can hold three chats or five written enquiries.
_UNITS: Final = (
    ("call", 60, "ein Anruf", "a call"), ("chat", 20, "ein Chat", "a chat"), ("message", 20, "eine Nachricht", "a message"),
    ("mail", 12, "eine E-Mail", "a mail"), ("post", 12, "ein Beitrag", "a post"),
)  # fmt: skip

SETTINGS: Final[Mapping[str, Setting]] = {
    setting.name: setting
    for setting in (
        Setting(
            name="organisation.name", kind=str, default="", high=100,
            summary={
                "de": "Name der Organisation, wie er bei der Anmeldung steht.",
                "en": "Name of the organisation, as shown at log-in.",
            },
        ),
        Setting(
            name="session.idle_s", kind=int, default=12 * 3_600, low=300, high=30 * _DAY_S,
            summary={
                "de": "Nach so vielen Sekunden ohne Tätigkeit endet eine Sitzung.",
                "en": "A session ends after so many seconds without activity.",
            },
        ),
        Setting(
            name="session.absolute_s", kind=int, default=7 * _DAY_S, low=300, high=90 * _DAY_S,
            summary={
                "de": "Nach so vielen Sekunden endet eine Sitzung in jedem Fall.",
                "en": "A session ends after so many seconds in any case.",
            },
        ),
        Setting(
            name="moderation.evidence_days", kind=int, default=180, low=1, high=3_650,
            summary={
                "de": "So viele Tage bleibt versiegelt, was dem Netzwerk gemeldet wurde, wie es war.",
                "en": "For so many days what was reported to a network is kept sealed, as it was.",
            },
        ),
        Setting(
            name="listening.mention_days", kind=int, default=30, low=1, high=365,
            summary={
                "de": "So viele Tage bleibt, was Monitore fanden und woraus nichts wurde.",
                "en": "For so many days what monitors found stays, if nothing comes of it.",
            },
        ),
        Setting(
            name="presence.pauses_work", kind=list, default=["own"], high=9, fits=are_sources,
            summary={
                "de": "Wessen Präsenz aus einer dieser Quellen abwesend oder beschäftigt ist, bekommt solange keine Angebote.",
                "en": "Whose presence is away or busy by one of these sources gets no offers meanwhile.",
            },
        ),
        Setting(
            name="presence.calendar_hosts", kind=list, default=[], high=50,
            summary={
                "de": "Rechner im eigenen Netz (Name oder Name:Port), auf denen Kalender von Beschäftigten liegen dürfen.",
                "en": "Hosts in your own network (name, or name:port) at which employees' calendars may lie.",
            },
        ),
        Setting(
            name="triage.loss_per_thousand", kind=int, default=10, low=0, high=100,
            summary={
                "de": "So viele von tausend Beiträgen, die eine Antwort brauchen, dürfen auf der Prüfliste landen; 0: keiner.",
                "en": "So many in a thousand posts that need an answer may land on the review list; 0: none.",
            },
        ),
        Setting(
            name="aid.address", kind=str, default="", high=300, fits=is_endpoint,
            summary={
                "de": "Adresse eines Sprachmodells mit OpenAIs Chat Completions (https://…/v1); leer: keine Schreibhilfe.",
                "en": "Address of a language model with OpenAI's chat completions (https://…/v1); empty: no writing aid.",
            },
        ),
        Setting(
            name="aid.model", kind=str, default="", high=200,
            summary={"de": "Name des Sprachmodells an dieser Adresse.", "en": "Name of the language model at that address."},
        ),
        Setting(
            name="aid.tokens_per_day", kind=int, default=200_000, low=0, high=1_000_000_000,
            summary={
                "de": "So viele Token darf die Schreibhilfe in 24 Stunden verbrauchen; danach schreibt man ohne sie.",
                "en": "So many tokens the writing aid may use in 24 hours; then one writes without it.",
            },
        ),
        Setting(
            name="aid.asks_per_minute", kind=int, default=30, low=1, high=10_000,
            summary={
                "de": "So oft darf das Haus die Schreibhilfe in einer Minute fragen.",
                "en": "So often the house may ask the writing aid in a minute.",
            },
        ),
        Setting(
            name="aid.wait_s", kind=int, default=30, low=1, high=120,
            summary={
                "de": "So viele Sekunden wird auf die Schreibhilfe gewartet.",
                "en": "For so many seconds the writing aid is waited for.",
            },
        ),
        Setting(
            name="desk.lost_after_s", kind=int, default=120, low=90, high=3_600,
            summary={
                "de": "Wer so viele Sekunden lang verstummt ist, wird abgemeldet; was nicht warten kann, geht zurück.",
                "en": "Who is silent for so many seconds is logged off; what cannot wait goes back to the queue.",
            },
        ),
        Setting(
            name="consult.units", kind=int, default=6, low=0, high=600,
            summary={
                "de": "So viel Platz nimmt, wer zu einem Anliegen gefragt wird und mithilft; 60 ist ein ganzer Mensch.",
                "en": "So much room it takes to help with a colleague's enquiry; 60 is a whole person.",
            },
        ),
        Setting(
            name="offer.misses_until_away", kind=int, default=2, low=1, high=100,
            summary={
                "de": "Wer so viele Angebote nacheinander verstreichen lässt, wird auf Pause gesetzt.",
                "en": "Who lets so many offers in a row pass is set away.",
            },
        ),
        Setting(
            name="prefer.last_agent_days", kind=int, default=30, low=0, high=3_650,
            summary={
                "de": "Wer zuletzt für jemanden da war, kommt so viele Tage lang auch bei dessen neuen Anliegen zuerst; 0: nie.",
                "en": "Who served a customer last comes first for their new enquiries too, for so many days; 0: never.",
            },
        ),
        Setting(
            name="answer.undo_s", kind=int, default=5, low=0, high=30,
            summary={
                "de": "So viele Sekunden lang kann eine Antwort nach dem Senden zurückgeholt werden; 0: gar nicht.",
                "en": "For so many seconds an answer can be taken back after it was sent; 0: not at all.",
            },
        ),
        Setting(
            name="answer.approve_public", kind=bool, default=False,
            summary={
                "de": "Öffentliche Antworten derer, die selbst nichts freigeben dürfen, brauchen eine Freigabe.",
                "en": "Public answers of those who may not approve any need somebody's approval.",
            },
        ),
        *(
            Setting(
                name=f"units.{medium}", kind=int, default=units, low=0, high=6_000,
                summary={
                    "de": f"So viel Platz nimmt {de}, wenn ein neuer Kanal nichts anderes sagt; 60 ist ein ganzer Mensch.",
                    "en": f"So much room {en} takes unless a new channel says otherwise; 60 is a whole person.",
                },
            )
            for medium, units, de, en in _UNITS
        ),
        Setting(
            name="tags.free", kind=bool, default=True, low=0, high=1,
            summary={
                "de": "Ob alle, die antworten, beim Verschlagworten neue Schlagwörter anlegen können.",
                "en": "Whether everybody who answers can add new tags while tagging.",
            },
        ),
        Setting(
            name="push.with_text", kind=bool, default=False, low=0, high=1,
            summary={
                "de": "Benachrichtigungen auf Geräten zeigen Namen und Worte von Kunden, nicht nur, dass etwas wartet.",
                "en": "Notifications on devices show customers' names and words, not only that something waits.",
            },
        ),
        Setting(
            name="push.service", kind=str, default="", high=300,
            summary={
                "de": "Adresse eines eigenen Push-Dienstes, neben denen der Browserhersteller.",
                "en": "Address of a push service of your own, besides those of the browsers' makers.",
            },
        ),
        Setting(
            name="embed.origins", kind=list, default=["*"], high=50,
            summary={
                "de": "Webseiten, die Seiten der Kanäle (Webchat) einbetten dürfen; * heißt alle.",
                "en": "Web sites that may embed pages of channels (web chat); * means all.",
            },
        ),
        Setting(
            name="reports.time_zone", kind=str, default="Europe/Berlin", high=60, fits=is_time_zone,
            summary={
                "de": "Nach der Uhr dieser Zeitzone (IANA) zählen Berichte Tage und Stunden, und gehen geplante Berichte hinaus.",
                "en": "Reports count days and hours, and scheduled reports go out, by the clock of this time zone (IANA).",
            },
        ),
        Setting(
            name="reports.least_group", kind=int, default=5, low=5, high=100,
            summary={
                "de": "So viele Menschen müssen hinter einer Zahl über Arbeit stehen, damit Berichte sie zeigen; nie unter fünf.",
                "en": "So many people must stand behind a figure about work for reports to show it; never below five.",
            },
        ),
        Setting(
            name="people.looks_kept_days", kind=int, default=365, low=30, high=3_650,
            summary={
                "de": "So viele Tage lang steht für Beschäftigte, wer ihre Zahlen angesehen, zugesehen oder mitgehört hat.",
                "en": "For so many days employees can see who looked at their figures, watched or listened in.",
            },
        ),
        Setting(
            name="estimates.half_life_days", kind=int, default=14, low=1, high=365,
            summary={
                "de": "Was so viele Tage her ist, zählt beim Lernen von Bearbeitungszeit und Geduld halb.",
                "en": "What is so many days past counts half when handling times and patience are learnt.",
            },
        ),
        Setting(
            name="estimates.least_samples", kind=int, default=50, low=10, high=100_000,
            summary={
                "de": "So viele Beobachtungen braucht es, bis Gelerntes statt der eingestellten Zahl gilt.",
                "en": "So many observations are needed until what was learnt is used instead of the configured number.",
            },
        ),
    )
}  # fmt: skip


async def read_settings(tx: Tx) -> dict[str, Any]:
    """Return every setting's value, the default where nothing was changed."""
    stored = await tx.setup.settings()
    return {name: stored.get(name, setting.default) for name, setting in SETTINGS.items()}


def usual_units(values: Mapping[str, Any], medium: str) -> int:
    """Return what an enquiry of a medium takes of somebody unless its channel says otherwise."""
    return int(values[f"units.{medium}"])


async def settings_views(tx: Tx) -> list[SettingView]:
    """Return the settings for the API."""
    values = await read_settings(tx)
    return [
        SettingView(name=name, value=values[name], default=setting.default, summary=setting.summary)
        for name, setting in SETTINGS.items()
    ]


async def change_settings(db: Database, access: Access, changes: Mapping[str, Any]) -> None:
    """Store values; null goes back to the default. Raises Invalid naming the first that does not fit; nothing is changed then."""
    values = {name: _checked(name, value) for name, value in changes.items()}
    async with db.write() as tx:
        for name, value in values.items():
            await tx.setup.put_setting(name, value, access.user_id)
            await tx.privacy.audit(access.user_id, "setting.changed", "setting", name, {})
        tx.emit(NewEvent(type="setting.changed", actor_id=access.user_id, body={"names": sorted(values)}))


def _checked(name: str, value: Any) -> Any:
    setting = SETTINGS.get(name)
    if setting is None:
        raise Invalid(f"{name!r} is no setting; known are {', '.join(SETTINGS)}.", code="no_setting", field=name)
    if value is None:
        return setting.default
    try:
        fitting: Any = msgspec.convert(value, list[str] if setting.kind is list else setting.kind)
    except msgspec.ValidationError:
        raise Invalid(f"{name} takes {setting.kind.__name__}.", code="bad_setting", field=name) from None
    size = fitting if isinstance(fitting, int) else len(fitting)
    if (setting.low is not None and size < setting.low) or (setting.high is not None and size > setting.high):
        raise Invalid(f"{name} lies between {setting.low or 0:g} and {setting.high:g}.", code="bad_setting", field=name)
    if setting.fits is not None and not setting.fits(fitting):
        raise Invalid(f"{name} cannot be {fitting!r}.", code="bad_setting", field=name)
    return fitting
