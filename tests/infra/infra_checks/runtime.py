"""A Lambda function as it was deployed: its package unpacked, its settings read back from Lambda, invoked through the
Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), which this is the smallest server of.
"""

from __future__ import annotations

import base64
import hashlib
import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .aws import Aws
from .package import unpack
from .step import Failed

NEXT = "/2018-06-01/runtime/invocation/next"
ANSWER_SECONDS = 60
"""As `infra/` deploys it."""


class Deployed:
    """A function that runs; `invoke` is what EventBridge would do."""

    def __init__(self, hub: Hub, log: Path, key: str) -> None:
        self._hub = hub
        self._log = log
        self.key = key
        """The access key it signs with, of its role: Terraform may be at work in the same AWS."""

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        self._hub.events.put(json.dumps(event))
        try:
            path, body = self._hub.said.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            raise Failed(f"no answer in {ANSWER_SECONDS} s to {event}\n{self.tail()}") from None
        if not path.endswith("/response"):
            raise Failed(f"{event}: {body}\n{self.tail()}")
        answer: dict[str, Any] = json.loads(body)
        return answer

    def tail(self) -> str:
        return "\n".join(self._log.read_text().splitlines()[-20:])


class Hub(ThreadingHTTPServer):
    """What is to be invoked, and what was said."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.events: queue.Queue[str] = queue.Queue()
        self.said: queue.Queue[tuple[str, str]] = queue.Queue()


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        if self.path != NEXT:
            self.send_error(404)
            return
        body = self.server.events.get().encode()
        self.send_response(200)
        for name, value in {
            "Lambda-Runtime-Aws-Request-Id": "infra-verify",
            # Far ahead: the function measures nothing by it.
            "Lambda-Runtime-Deadline-Ms": "4102444800000",
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-3:123456789012:function:nightcap-scheduler",
            "Content-Length": str(len(body)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.said.put((self.path, body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *words: Any) -> None:
        """The function's own log is enough."""


@contextmanager
def deployed(name: str, package: Path, folder: Path, aws: Aws, region: str = "eu-west-3") -> Iterator[Deployed]:
    """Starts the function `name` of that AWS, with the settings it has there, and ends it again."""
    found = aws.client("lambda", region).get_function_configuration(FunctionName=name)
    digest = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    if found["CodeSha256"] != digest:
        raise Failed(f"{name} was not deployed from {package}")
    folder.mkdir(parents=True)
    program = unpack(package, folder)
    hub = Hub()
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    log = folder / "log"
    # The role as Terraform made it, with the policies that it has in IAM.
    key = aws.control("functions", {"function": "scheduler", "role": found["Role"]})["access_key"]
    env = {
        **found["Environment"]["Variables"],
        **aws.environment(),
        "AWS_ACCESS_KEY_ID": key,
        "AWS_REGION": region,
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{hub.server_address[1]}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(found["MemorySize"]),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "embedded",
    }
    with log.open("w") as out:
        process = subprocess.Popen([program], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        yield Deployed(hub, log, key)
    finally:
        process.kill()
        process.wait()
        hub.shutdown()
        hub.server_close()
