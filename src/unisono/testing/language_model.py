"""A scripted language model over HTTP: OpenAI's chat completions, with the troubles that real ones have.

Written after OpenAI's API reference, "Create chat completion" and "Error codes". It answers by a script and keeps
what it was asked.
"""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from msgspec import Struct


class Asked(Struct, frozen=True, kw_only=True):
    """A request as it came. body: decoded; raw: its bytes as text."""

    path: str
    authorization: str
    body: dict[str, Any]
    raw: str


class Trouble(Struct, frozen=True, kw_only=True):
    """What happens instead of an answer. silent: the connection stays open and nothing comes until the server is closed."""

    status: int = 200
    body: str | bytes = ""
    silent: bool = False


class LanguageModel:
    """Serves on 127.0.0.1 in threads of its own. answers: from the decoded request to what the model writes, or a trouble."""

    def __init__(self, answers: Callable[[dict[str, Any]], str | Trouble] | None = None) -> None:
        self.answers = answers or (lambda _: "Das sehe ich mir an.")
        self.asked: list[Asked] = []
        self.tokens = 100
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """End it, and whoever still waits."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> "LanguageModel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def answer(self, asked: Asked) -> tuple[int, bytes] | None:
        """Return status and body, None for a connection that says nothing."""
        self.asked.append(asked)
        found = self.answers(asked.body)
        if isinstance(found, Trouble):
            if found.silent:
                self._closing.wait(30)
                return None
            return found.status, found.body.encode() if isinstance(found.body, str) else found.body
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": found}}
        usage = {"prompt_tokens": self.tokens - 10, "completion_tokens": 10, "total_tokens": self.tokens}
        completion = {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": asked.body.get("model"),
            "choices": [choice], "usage": usage,
        }  # fmt: skip
        return 200, json.dumps(completion).encode()


def _handler_of(model: LanguageModel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            asked = Asked(path=self.path, authorization=self.headers.get("authorization", ""), body=json.loads(raw), raw=raw)
            found = model.answer(asked)
            if found is None:
                self.close_connection = True
                return
            status, body = found
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    return Handler
