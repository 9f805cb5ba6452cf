"""A language model behind an address that speaks as OpenAI's chat completions do: a cloud's, or one of one's own.

Source: OpenAI API reference, "Create chat completion"; vLLM, llama.cpp and Ollama serve the same.
"""

from typing import Any, Final

import msgspec
from msgspec import Struct

from unisono.contract.context import HostRefused, Http, NotReached, Response
from unisono.contract.manifest import Manifest
from unisono.domain.errors import Unavailable
from unisono.service.channel_context import Outside
from unisono.triage.backends.prompts import messages
from unisono.triage.backends.protocol import Done, Job, Task

MOST_ANSWER_TOKENS: Final = 1_000
MOST_ANSWER_CHARS: Final = 12_000
_MOST_BYTES: Final = 1_000_000
#: No ask of ours costs so much; whoever says more says nothing.
_MOST_TOKENS: Final = 10_000_000
#: By which the guard of what goes out knows where it may go: to the address that an administrator typed, nowhere else.
_MANIFEST: Final = Manifest(
    id="aid", name="aid", version="1", contract=1, network="aid", medium="post", title={}, summary={}, auth="none",
    hosts=("{config.url}",),
)  # fmt: skip


class _Message(Struct):
    content: str | None = None


class _Choice(Struct):
    message: _Message


class _Usage(Struct):
    total_tokens: int | None = None


class _Completion(Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


class Endpoint:
    """Implements `triage.backends.protocol.Backend`."""

    tasks = frozenset({Task.DRAFT, Task.TRANSLATE, Task.SUMMARISE})

    def __init__(self, outside: Outside, address: str, model: str, key: str, wait_s: float) -> None:
        self._http: Http = outside.http_for(_MANIFEST, {"url": address})
        self._url = f"{address.rstrip('/')}/chat/completions"
        self._key = key
        self._wait_s = wait_s
        self.name = model

    async def do(self, job: Job) -> Done:
        """Ask once. Raises Unavailable with a code for each thing that an administrator would do something else about."""
        body: dict[str, Any] = {"model": self.name, "messages": messages(job), "stream": False, "max_tokens": MOST_ANSWER_TOKENS}
        answer = await self._ask(body)
        if answer.status == 400 and b"max_completion_tokens" in answer.body:
            # Models that think first count what they think as well, and want the limit by another name.
            body["max_completion_tokens"] = 4 * body.pop("max_tokens")
            answer = await self._ask(body)
        return self._read(answer)

    async def _ask(self, body: dict[str, Any]) -> Response:
        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            return await self._http.request(
                "POST", self._url, headers=headers, json=body, timeout_s=self._wait_s, max_bytes=_MOST_BYTES
            )
        except HostRefused as error:
            raise Unavailable(f"The language model's address cannot be used: {error}", code="aid_address") from error
        except NotReached as error:
            if error.sent:
                raise Unavailable(
                    f"The language model did not answer within {self._wait_s:g} s. Nothing was changed; write on, or ask again.",
                    code="aid_slow", seconds=self._wait_s,
                ) from error  # fmt: skip
            raise Unavailable(
                f"The language model cannot be reached ({error}). Nothing left the house; write on, or ask again.",
                code="aid_not_reached",
            ) from error

    def _read(self, answer: Response) -> Done:
        status = answer.status
        if status == 429:
            raise Unavailable(
                "The language model takes no more for now: too many asks there, or its credit is used up. Ask again in a while.",
                code="aid_busy",
            )
        if status in (401, 403, 404):
            raise Unavailable(
                f"The language model refuses us (HTTP {status}): key, address or the name of the model is wrong. An "
                "administrator can check them under Settings, Writing aid.", code="aid_refused", status=status,
            )  # fmt: skip
        if status != 200:
            raise Unavailable(
                f"The language model failed (HTTP {status}). Nothing was changed; write on, or ask again.",
                code="aid_failed", status=status,
            )  # fmt: skip
        try:
            found = msgspec.json.decode(answer.body, type=_Completion)
            text = (found.choices[0].message.content or "").strip()
        except (ValueError, RecursionError, IndexError) as error:
            # Of bytes that are no UTF-8, and of a thousand brackets, the decoder complains by errors of Python's own.
            raise _nonsense() from error
        if not text or len(text) > MOST_ANSWER_CHARS:
            raise _nonsense()
        tokens = found.usage.total_tokens if found.usage is not None else None
        return Done(text=text, tokens=tokens if tokens is not None and 0 <= tokens <= _MOST_TOKENS else None)


def _nonsense() -> Unavailable:
    return Unavailable(
        "The language model answered with nothing that can be used. Nothing was changed; write on, or ask again.",
        code="aid_nonsense",
    )
