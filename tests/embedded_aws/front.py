"""The door: control endpoints, then every call noted, held against its model and its caller's policies, struck by a
fault if one is set, and passed to moto, whose answer is held against the model as well."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from . import pricing, request
from .checks import Checks
from .control import Control
from .lag import Lag
from .throttling import Throttling
from .world import World

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

ERROR_CODE = re.compile(rb'<Code>([^<]+)</Code>|"__type":\s*"(?:[^"#]*#)?([^"]+)"')


class Front:
    def __init__(
        self, world: World, control: Control, moto: App, checks: Checks, lag: Lag, throttling: Throttling
    ) -> None:
        self._world = world
        self._lag = lag
        self._throttling = throttling
        self._checks = checks
        self._control = control
        self._moto = moto

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        # A bucket may be called "nightcap" too; a call to AWS is signed, a control request never is.
        if path.startswith("/nightcap/") and "HTTP_AUTHORIZATION" not in environ:
            with self._world.lock:
                return self._control(environ, start_response)
        # moto's own endpoints (its reset, its instance metadata) are no calls to AWS.
        if path.startswith(("/moto-api", "/latest/")):
            return self._moto(environ, start_response)
        return self._aws(environ, start_response)

    def _aws(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = request.read(environ)
        with self._world.lock:
            entry = self._world.journal.call(asked.service, asked.action, asked.region, asked.parameters, asked.key)
            refusal = self._checks.of_request(asked, entry) or self._throttling.refuse(asked)
            if refusal is not None:
                entry.update(status=refusal.status, error=refusal.code)
                return _refuse(asked, start_response, refusal.code, refusal.message, refusal.status, refusal.headers)
            fault = self._world.faults.strike(asked.service, asked.action, asked.parameters)
        if fault and fault.delay_ms:
            time.sleep(fault.delay_ms / 1000)
        if fault and fault.error:
            entry.update(status=fault.http_status, error=fault.error)
            return _refuse(asked, start_response, fault.error, fault.text, fault.http_status)
        with self._world.lock:
            if asked.service == "pricing":
                return self._price(asked, start_response, entry)
            return self._pass_on(asked, environ, start_response, entry)

    def _price(
        self, asked: request.AwsRequest, start_response: Callable[..., Any], entry: dict[str, Any]
    ) -> Iterable[bytes]:
        status, answer = pricing.answer(self._world, asked)
        entry["status"] = status
        if "__type" in answer:
            entry["error"] = answer["__type"]
        body = json.dumps(answer).encode()
        if status < 400:
            self._checks.of_answer(asked, body, entry)
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def _pass_on(
        self, asked: request.AwsRequest, environ: dict[str, Any], start_response: Callable[..., Any], entry: dict[str, Any]
    ) -> Iterable[bytes]:
        said: list[Any] = []

        def noting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            entry["status"] = int(status.split(" ", 1)[0])
            said[:] = [status, headers, *rest]
            return lambda written: None

        self._lag.before(asked)
        past = self._lag.answer(asked, environ)
        if past is not None:
            (status, headers), body = past
            noting(status, headers)
        else:
            # Read whole while the lock is held: moto may build the answer as it is read.
            answer = self._moto(environ, noting)
            body = b"".join(answer)
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        if (entry["status"] or 500) >= 400:
            if found := ERROR_CODE.search(body):
                entry["error"] = (found[1] or found[2]).decode("utf-8", "replace")
            if refusal := self._checks.instead_of_error(asked, entry):
                entry.update(status=refusal.status, error=refusal.code)
                return _refuse(asked, start_response, refusal.code, refusal.message, refusal.status)
        else:
            self._checks.of_answer(asked, body, entry)
        start_response(*said)
        return [body]


def _refuse(
    asked: request.AwsRequest,
    start_response: Callable[..., Any],
    code: str,
    message: str,
    status: int,
    more: Iterable[tuple[str, str]] = (),
) -> Iterable[bytes]:
    content_type, body = request.error_answer(asked, code, message)
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), *more]
    if asked.protocol == "json":
        headers.append(("x-amzn-ErrorType", code))
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]
