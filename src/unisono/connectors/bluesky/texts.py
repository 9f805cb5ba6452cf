"""A text as records carry it: plain, with facets beside it."""

from unisono.connectors.bluesky.answers import Json
from unisono.connectors.bluesky.api import Api
from unisono.connectors.bluesky.facets import facet, spans_of


class Texts:
    """Finds links, mentions and tags in what we write; who a mention means is asked once."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._dids: dict[str, str | None] = {}

    async def with_facets(self, text: str) -> Json:
        """Return `text` and `facets`. A mention of nobody stays plain text. Raises PullFailed."""
        facets = []
        for span in spans_of(text):
            did = await self._did(span.value.lower()) if span.kind == "mention" else ""
            if did is not None:
                facets.append(facet(text, span, did))
        return {"text": text, "facets": facets} if facets else {"text": text}

    async def _did(self, handle: str) -> str | None:
        if handle not in self._dids:
            self._dids[handle] = await self._api.resolve(handle)
        return self._dids[handle]
