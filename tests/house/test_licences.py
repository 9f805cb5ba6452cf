"""Whoever passes Unisono on takes on no duties beyond those of permissive licences."""

from __future__ import annotations

import importlib.metadata
import re

import pytest

from tests.house.test_locks import ROOT, pins

PERMISSIVE = re.compile(r"\b(MIT|0?BSD|Apache|APL 2|ISC|PSF|MPL|Mozilla|Zlib|Unlicense|CC0|CNRI)", re.IGNORECASE)
BINDING = re.compile(r"\b[AL]?GPL|GNU|EUPL|SSPL|Commons Clause|Business Source|Non-?Commercial", re.IGNORECASE)


# What the texts of the two families say, for packages whose metadata say nothing.
WORDING = {
    "BSD": "Redistribution and use in source and binary forms",
    "MIT": "Permission is hereby granted, free of charge",
}


def licence(name: str) -> str | None:
    """What the installed package says of its licence; None for one that this system does not need."""
    try:
        facts = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    said = [line for field in ("License-Expression", "License") for line in facts.get_all(field) or []]
    said += [line for line in facts.get_all("Classifier") or [] if line.startswith("License ::")]
    if not any(said):
        said = [family for family, words in WORDING.items() if words in texts(name)]
    return " ".join(line[:200] for line in said)


def texts(name: str) -> str:
    """The licence texts that the package carries, on one line."""
    files = importlib.metadata.files(name) or []
    found = [file.read_text() for file in files if file.name.startswith(("LICENSE", "LICENCE", "COPYING"))]
    return " ".join(" ".join(found).split())


@pytest.mark.parametrize("name", pins(ROOT / "requirements" / "run.txt"))
def test_a_run_time_package_is_permissively_licensed(name: str) -> None:
    said = licence(name)
    if said is None:
        return
    assert not BINDING.search(said), f"{name} is under {said.strip()}: that binds everyone who passes Unisono on"
    assert PERMISSIVE.search(said), f"{name} says of its licence only {said.strip()!r}; look it up and decide"
