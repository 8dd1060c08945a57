"""What the application's tests share: where things are, and small servers on loopback ports of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "infra" / "app"
VENV = ROOT / ".venv-app"


def tool(name: str) -> str | None:
    """A program of .venv-app, or of the PATH."""
    own = VENV / "bin" / name
    return str(own) if own.exists() else shutil.which(name)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(**extra: str) -> dict[str, str]:
    """The environment of a child: without proxies and without anybody's AWS settings."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("AWS_") and key.lower() not in ("http_proxy", "https_proxy", "all_proxy")
    }
    return kept | {"NO_PROXY": "127.0.0.1"} | extra


@dataclass
class Answer:
    """What came back over HTTP. Header names are in lower case; a header sent twice is joined with a comma."""

    status: int
    headers: dict[str, str]
    body: bytes


def get(url: str, headers: dict[str, str] | None = None, timeout: float = 10) -> Answer:
    """One GET, errors answered like any other status; never through a proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    request = urllib.request.Request(url, headers=headers or {})
    try:
        with opener.open(request, timeout=timeout) as response:
            return _answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers, error.read())


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    joined: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return Answer(status, joined, body)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@dataclass
class Seen:
    """A request as a stub received it."""

    path: str
    headers: dict[str, str]


@dataclass
class Stub:
    """A server that answers everything with its own name and what it was asked, as JSON of a few kilobytes."""

    name: str
    port: int = field(default_factory=free_port)
    seen: list[Seen] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        """host:port"""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listens until `stop`."""
        stub = self

        class Handler(BaseHTTPRequestHandler):
            # HTTP/1.0, one request a connection: a stopped stub must not live on in somebody's connection pool.
            def do_GET(self) -> None:
                stub.seen.append(Seen(self.path, {key.lower(): value for key, value in self.headers.items()}))
                body = json.dumps({"from": stub.name, "path": self.path, "filler": "x" * 4000}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                # What a framework says of itself: the front door must take it off or replace it.
                self.send_header("X-Powered-By", "Express")
                self.send_header("X-Frame-Options", "SAMEORIGIN")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stops listening, so that a connection is refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def wait_until(condition: Any, seconds: float, what: str) -> None:
    """Asks until it is true; a bounded wait that says what it waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


@contextlib.contextmanager
def serving(*stubs: Stub) -> Iterator[None]:
    """Runs stubs for the length of a block."""
    for stub in stubs:
        stub.start()
    try:
        yield
    finally:
        for stub in stubs:
            stub.stop()
