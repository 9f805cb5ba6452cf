"""The installed connectors, as the set-up shows them."""

from functools import lru_cache
from pathlib import Path

import msgspec

from unisono.contract.manifest import Manifest
from unisono.domain.errors import UnisonoError
from unisono.service.ports import Database
from unisono.service.ports.outside import Registry
from unisono.service.settings import read_settings, usual_units
from unisono.service.setup_views import ConnectorView

NO_GRADE = "none"


async def connector_views(db: Database, registry: Registry) -> list[ConnectorView]:
    """Return every installed connector by title."""
    async with db.read() as tx:
        values = await read_settings(tx)
    views = [
        _view(manifest, grade_of(registry, manifest.id), usual_units(values, manifest.medium))
        for manifest in registry.manifests().values()
    ]
    return sorted(views, key=lambda view: view.title.get("en", view.id).casefold())


def _view(manifest: Manifest, grade: str, units: int) -> ConnectorView:
    return ConnectorView(
        id=manifest.id, network=manifest.network, title=manifest.title, summary=manifest.summary, medium=manifest.medium,
        auth=manifest.auth, outbound=manifest.outbound, config=manifest.config,
        verified_against=list(manifest.verified_against), grade=grade, oauth=manifest.oauth is not None, units=units,
    )  # fmt: skip


def grade_of(registry: Registry, connector: str) -> str:
    """Return a connector's grade, which the suite writes beside the manifest; one that was never graded has none."""
    try:
        folder = getattr(registry.code(connector), "folder", None)
    except UnisonoError:
        return NO_GRADE
    return _read_grade(folder, connector) if isinstance(folder, Path) else NO_GRADE


@lru_cache(maxsize=64)
def _read_grade(folder: Path, connector: str) -> str:
    try:
        grades = msgspec.json.decode((folder / "grades.json").read_bytes(), type=dict[str, dict[str, object]])
    except (OSError, msgspec.MsgspecError):
        return NO_GRADE
    return str(grades.get(connector, {}).get("grade", NO_GRADE))
