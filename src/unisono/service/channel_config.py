"""A channel's settings against its connector's schema, before anybody asks the network."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from unisono.contract.manifest import Manifest
from unisono.domain.errors import Invalid
from unisono.service.users import checked_email

FORMATS: Final = FormatChecker(formats=())
_HOST = re.compile(r"(?=.{1,253}\.?$)(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?|\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:.]+")
_STORED: Final = "stored"


@FORMATS.checks("url", raises=ValueError)
def _is_url(value: object) -> bool:
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username


@FORMATS.checks("host")
def _is_host(value: object) -> bool:
    return not isinstance(value, str) or _HOST.fullmatch(value) is not None


@FORMATS.checks("email", raises=Invalid)
def _is_email(value: object) -> bool:
    return not isinstance(value, str) or (bool(value) and checked_email(value) == value)


def check_config(
    manifest: Manifest, config: Mapping[str, Any], secrets: Mapping[str, str], stored: Iterable[str]
) -> dict[str, Any]:
    """Return the plain settings with the schema's defaults filled in.

    secrets: as typed; stored: names of those that need not be typed again. Raises Invalid naming the first setting that
    is missing, unknown or does not fit; the value of a secret is never quoted.
    """
    properties: Mapping[str, Mapping[str, Any]] = manifest.config.get("properties", {})
    misplaced = sorted(manifest.secret_fields & set(config))
    if misplaced:
        raise Invalid(f"{misplaced[0]} is a secret; send it among `secrets`.", code="bad_setting", field=misplaced[0])
    unknown = sorted((set(config) - set(properties)) | (set(secrets) - manifest.secret_fields))
    if unknown:
        raise Invalid(f"{manifest.name} has no setting {unknown[0]!r}.", code="no_setting", field=unknown[0])
    plain = {
        name: config.get(name, schema.get("default"))
        for name, schema in properties.items()
        if name not in manifest.secret_fields and (name in config or "default" in schema)
    }
    present = dict.fromkeys(set(stored) & manifest.secret_fields, _STORED) | {k: v for k, v in secrets.items() if v}
    _validate(manifest, plain | present)
    return plain


def _validate(manifest: Manifest, values: Mapping[str, Any]) -> None:
    schema = _without_patterns_of_stored(manifest, values)
    errors = sorted(
        Draft202012Validator(schema, format_checker=FORMATS).iter_errors(dict(values)), key=lambda e: (list(e.path), e.validator)
    )
    if errors:
        raise _invalid(manifest, errors[0])


def _without_patterns_of_stored(manifest: Manifest, values: Mapping[str, Any]) -> dict[str, Any]:
    """A secret that stays as it is stored is there; its form was checked when it was typed."""
    properties = {
        name: {} if values.get(name) is _STORED else schema for name, schema in manifest.config.get("properties", {}).items()
    }
    return {"type": "object", **manifest.config, "properties": properties}


def _invalid(manifest: Manifest, error: ValidationError) -> Invalid:
    if error.validator == "required":
        required: Any = error.validator_value
        given: Any = error.instance
        missing = next(name for name in required if name not in given)
        return Invalid(f"{missing} is missing.", code="setting_missing", field=missing)
    name = str(error.path[0]) if error.path else ""
    if name in manifest.secret_fields:
        return Invalid(f"{name} does not have the form that {manifest.name} expects.", code="bad_setting", field=name)
    return Invalid(f"{name or 'The settings'}: {error.message}", code="bad_setting", field=name or None)
