"""Which connectors are installed: our own, and those of other packages by entry point."""

from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points

import structlog

from unisono.contract.connector import CONTRACT_VERSION, ConnectorType
from unisono.contract.manifest import BadManifest, Manifest, load_manifest
from unisono.domain.errors import NotFound
from unisono.voice.ari import MANIFEST, Exchange
from unisono.voice.line import Line

GROUP = "unisono.connectors"
_log = structlog.get_logger("registry")


class Connectors:
    """Implements `service.ports.outside.Registry` over the entry points of this environment."""

    @cached_property
    def _found(self) -> dict[str, tuple[Manifest, ConnectorType]]:
        found: dict[str, tuple[Manifest, ConnectorType]] = {}
        for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
            loaded = _load(point)
            if loaded is not None:
                found[loaded[0].id] = loaded
        return found

    @cached_property
    def _lines(self) -> dict[str, tuple[Manifest, ConnectorType]]:
        return {"voice": (load_manifest(Line.folder), Line), "asterisk": (MANIFEST, Exchange)}

    def manifests(self) -> Mapping[str, Manifest]:
        """Return the manifests by connector id."""
        return {name: manifest for name, (manifest, _) in (self._found | self._lines).items()}

    def networks(self) -> Mapping[str, Manifest]:
        """Return the manifests of what speaks a network's protocol: all but lines, which telephony's drivers serve."""
        return {name: manifest for name, (manifest, _) in self._found.items()}

    def manifest(self, connector: str) -> Manifest:
        """Return one manifest. Raises NotFound naming what is installed."""
        return self._get(connector)[0]

    def code(self, connector: str) -> ConnectorType:
        """Return what builds the connector. Raises NotFound."""
        return self._get(connector)[1]

    def _get(self, connector: str) -> tuple[Manifest, ConnectorType]:
        if connector in self._lines:
            return self._lines[connector]
        if connector not in self._found:
            known = ", ".join(self._found) or "none"
            raise NotFound(f"No connector {connector!r} is installed. Installed are: {known}.", code="no_connector")
        return self._found[connector]


def _load(point: EntryPoint) -> tuple[Manifest, ConnectorType] | None:
    """A broken package must not keep the others from working; it is named in the log and by `unisono doctor`."""
    try:
        code = point.load()
        manifest = load_manifest(code.folder)
    except (ImportError, AttributeError, BadManifest) as error:
        _log.error("connector_broken", connector=point.name, error=str(error))
        return None
    if manifest.contract != CONTRACT_VERSION:
        _log.error("connector_too_new", connector=point.name, contract=manifest.contract, ours=CONTRACT_VERSION)
        return None
    return manifest, code
