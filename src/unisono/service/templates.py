"""Texts that a network approved beforehand: which there are, and one of them filled in."""

import re
from typing import Final
from uuid import UUID

from unisono.contract.budgets import BudgetSpent
from unisono.contract.connector import Connector, PullFailed, Templates
from unisono.contract.context import HostRefused, NotReached
from unisono.contract.outbound import Template, TemplateChoice
from unisono.domain.errors import Invalid, NotFound, Unavailable
from unisono.service.access import Access
from unisono.service.channel_context import Outside, open_connector

_GAP: Final = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


async def templates_of(outside: Outside, access: Access, channel_id: UUID) -> list[Template]:
    """Return a channel's templates, the unusable ones included. Raises NotFound, Unavailable."""
    access.require("work.answer")
    async with outside.db.read() as tx:
        channel = await tx.channels.facts(channel_id)
    if channel is None:
        raise NotFound("This channel does not exist, or is not yours to see.")
    return await _templates(open_connector(outside, channel))


async def filled(connector: Connector, choice: TemplateChoice) -> str:
    """Return a template's text with its parameters in it. Raises Invalid for one that cannot be sent so; Unavailable."""
    found = [one for one in await _templates(connector) if (one.name, one.language) == (choice.name, choice.language)]
    if not found:
        raise Invalid(
            f"The network knows no template {choice.name!r} in {choice.language}.", code="no_template", field="template"
        )
    [template] = found[:1]
    if not template.usable:
        raise Invalid(f"The network does not send this template now ({template.status}).", code="no_template", field="template")
    missing = [name for name in template.parameters if not choice.parameters.get(name, "").strip()]
    if missing or set(choice.parameters) - set(template.parameters):
        named = missing[0] if missing else min(set(choice.parameters) - set(template.parameters))
        raise Invalid(f"The template's parameter {named!r} is missing, or is none of it.", code="template_parameter",
                      field="template")  # fmt: skip
    body = _GAP.sub(lambda gap: choice.parameters.get(gap[1], gap[0]), template.text)
    return "\n\n".join(part for part in (template.header, body, template.footer) if part)


async def _templates(connector: Connector) -> list[Template]:
    if not isinstance(connector, Templates) or not connector.capabilities().templates:
        return []
    try:
        return await connector.templates()
    except (PullFailed, NotReached, HostRefused, BudgetSpent) as error:
        raise Unavailable(f"The network does not give its templates now: {error}", code="no_templates") from error
