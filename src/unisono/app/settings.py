"""Settings, from the environment; each has a default that works on a fresh machine."""

import os
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

PREFIX = "UNISONO_"


class Settings(Struct, frozen=True, kw_only=True):
    """What a deployment can set; the variable is the field's name in capitals after `UNISONO_`."""

    data: Annotated[str, Meta(description="Directory for the embedded database, attachments and keys.")] = (
        "~/.local/share/unisono"
    )
    database_url: Annotated[
        str, Meta(description="A PostgreSQL server (15 or later) instead of the embedded one; DATABASE_URL counts too.")
    ] = ""
    postgres_bin: Annotated[
        str,
        Meta(description="Directory of PostgreSQL's programs for the embedded database, instead of those found."),
    ] = ""
    host: Annotated[str, Meta(description="Address that the web server listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port of the web server; 0 takes a free one.")] = 8600
    public_url: Annotated[str, Meta(description="Address under which browsers and networks reach this deployment.")] = ""
    secret_key: Annotated[
        str,
        Meta(description="Key for secrets at rest, 32 bytes in base64; without it a key file in the data directory is used."),
    ] = ""
    allow_private_hosts: Annotated[
        bool, Meta(description="Let channels reach private and loopback addresses (own mail server, test networks).")
    ] = False
    raw_kept_days: Annotated[int, Meta(ge=1, le=3650, description="For how long raw payloads are kept after they were read.")] = (
        30
    )
    log_format: Annotated[str, Meta(description="Log lines as `text` or `json`.", pattern="^(text|json)$")] = "text"
    log_level: Annotated[
        str,
        Meta(
            description="Least level that is logged: debug, info, warning or error.",
            pattern="^(debug|info|warning|error)$",
        ),
    ] = "info"
    metrics_port: Annotated[
        int, Meta(ge=0, le=65535, description="Port at which Prometheus reads this process's metrics; 0 serves none.")
    ] = 0
    metrics_host: Annotated[str, Meta(description="Address that the metrics are served at; they need no log-in.")] = "127.0.0.1"
    pool_size: Annotated[int, Meta(ge=2, le=200, description="Database connections of this process.")] = 12
    pooler: Annotated[
        bool, Meta(description="The database is reached through a pooler that hands out connections by transaction.")
    ] = False
    organisation: Annotated[str, Meta(description="Name of the organisation, shown at log-in.")] = "Unisono"
    trusted_proxies: Annotated[
        str, Meta(description="Addresses of reverse proxies whose forwarding headers count, separated by commas.")
    ] = "127.0.0.1"
    max_upload_mb: Annotated[
        int, Meta(ge=1, le=2000, description="Largest attachment that an agent may upload, in megabytes.")
    ] = 50
    accel: Annotated[bool, Meta(description="Use the compiled part of listening where `unisono accelerate` has made it.")] = True
    onnx_dir: Annotated[
        str,
        Meta(
            description="Folder with a model of your own (model.onnx, vocab.txt, model.json) that gives triage a second opinion. "
            "Needs `unisono[onnx]`."
        ),
    ] = ""
    nats_url: Annotated[
        str,
        Meta(
            description="NATS servers with JetStream (nats://host:4222, separated by spaces) that share listening among many "
            "listeners; without any, each source is matched where it is read. Needs `unisono[nats]`."
        ),
    ] = ""
    nats_max_mb: Annotated[
        int,
        Meta(ge=8, le=1_000_000, description="How much may wait in NATS, in megabytes; sources stand still then."),
    ] = 1024
    voice_file: Annotated[
        str,
        Meta(description="File (TOML) with a table for each telephony driver; `voice.toml` in the data directory else."),
    ] = ""
    ice_servers: Annotated[
        str,
        Meta(
            description="STUN and TURN servers for calls in the browser, separated by spaces: stun:host:port, "
            "turn://user:password@host:port. Without any, browsers reach each other only where nothing stands between them."
        ),
    ] = ""
    turn_secret: Annotated[
        str,
        Meta(
            description="Secret shared with the TURN server (coturn: static-auth-secret): each call gets a password of its own "
            "at the relays that UNISONO_ICE_SERVERS names without a user."
        ),
    ] = ""
    xmpp_component: Annotated[
        str,
        Meta(
            description="Domain of people at an XMPP server that presence is heard from and shown at, by a component (XEP-0114): "
            "xmpp://people.example.org:secret@host:port. Without it there is none."
        ),
    ] = ""
    turn_minutes: Annotated[int, Meta(ge=5, le=1440, description="How long such a password holds, in minutes.")] = 240

    @property
    def data_dir(self) -> Path:
        """The data directory, absolute."""
        return Path(self.data).expanduser().resolve()

    @property
    def postgres_bin_dir(self) -> Path | None:
        """The chosen directory of PostgreSQL's programs, if there is one."""
        return Path(self.postgres_bin).expanduser() if self.postgres_bin else None


class BadSetting(Exception):
    """A setting cannot be used; the text names the variable, what was found and what is expected."""


def load_settings(environment: dict[str, str] | None = None, **overrides: Any) -> Settings:
    """Return the settings of an environment; an override that is not None wins. Raises BadSetting."""
    env = dict(os.environ) if environment is None else environment
    found: dict[str, Any] = {}
    for name in Settings.__struct_fields__:
        raw = env.get(PREFIX + name.upper())
        if raw is not None and raw != "":
            found[name] = raw
    if "database_url" not in found and env.get("DATABASE_URL"):
        found["database_url"] = env["DATABASE_URL"]
    found |= {name: value for name, value in overrides.items() if value is not None}
    unknown = {key for key in env if key.startswith(PREFIX)} - {PREFIX + n.upper() for n in Settings.__struct_fields__}
    if unknown:
        raise BadSetting(f"{', '.join(sorted(unknown))}: no such setting. docs/reference/settings.md lists them all.")
    try:
        return msgspec.convert(found, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSetting(f"{_name_of(error)}: {error}. Nothing was started; correct it and start again.") from None


def _name_of(error: Exception) -> str:
    text = str(error)
    return PREFIX + text.rsplit("$.", 1)[1].rstrip("`").upper() if "$." in text else "A setting"
