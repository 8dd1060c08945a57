"""Starts an embedded AWS as a process of its own, for tests and the demo."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

PACKAGE_PARENT = Path(__file__).resolve().parent.parent
REGION = "eu-west-3"
# The access key of who may do everything: it seeds, and looks.
ADMINISTRATOR = "embedded"


class DidNotStart(RuntimeError):
    """The server ended, or did not answer in time; what it said is in the message."""


class Running:
    """A context manager: inside, `endpoint` serves; afterwards the process is gone.

    The server also ends by itself when this process does, because it holds the pipe on its input.
    """

    def __init__(self, now: str | None = None, patience_seconds: float = 60) -> None:
        self._nonce = secrets.token_hex(8)
        self._folder = tempfile.TemporaryDirectory(prefix="nightcap-aws-")
        self._patience = patience_seconds
        folder = Path(self._folder.name)
        self._port_file = folder / "port"
        self._log = folder / "log"
        self._command = [sys.executable, "-m", "embedded_aws", "--port-file", str(self._port_file)]
        self._command += ["--nonce", self._nonce] + (["--now", now] if now else [])
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self.endpoint = ""

    def __enter__(self) -> Running:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(PACKAGE_PARENT)},
                # Ctrl-C is for the one who started it, who then ends this in order.
                start_new_session=True,
            )
        try:
            self.endpoint = f"http://127.0.0.1:{self._port()}"
            answer = self.get("identity")
            if answer.get("nonce") != self._nonce:
                raise DidNotStart(f"{self.endpoint} is not the server that was started: {answer}")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._folder.cleanup()

    def get(self, what: str) -> Any:
        return self._control("GET", what)

    def post(self, what: str, sent: Any) -> Any:
        return self._control("POST", what, sent)

    def delete(self, what: str) -> Any:
        return self._control("DELETE", what)

    def advance(self, seconds: float) -> None:
        self.post("clock", {"advance_seconds": seconds})

    def environment(self) -> dict[str, str]:
        """What a program needs to talk to this AWS and to no other, as an administrator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def deploy(self, function: str, environment: dict[str, str], **more: Any) -> str:
        """The access key of the role that Terraform gives this function; `more` as in iam.roles.Roles.deploy."""
        sent = {"function": function, "environment": environment, **more}
        return str(self.post("functions", sent)["access_key"])

    def client(self, service: str, key: str = ADMINISTRATOR) -> Any:
        """A boto3 client of this AWS: no retries, so that a test sees the first answer."""
        import boto3
        from botocore.config import Config

        if (service, key) not in self._clients:
            self._clients[service, key] = boto3.client(
                service,
                endpoint_url=self.endpoint,
                region_name=REGION,
                aws_access_key_id=key,
                aws_secret_access_key="embedded",
                config=Config(retries={"total_max_attempts": 1}, proxies={}),
            )
        return self._clients[service, key]

    def _port(self) -> str:
        assert self._process is not None
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            if self._port_file.exists():
                return self._port_file.read_text().strip()
            if self._process.poll() is not None:
                raise DidNotStart(f"the embedded AWS ended at once:\n{self._log.read_text()}")
            time.sleep(0.02)
        raise DidNotStart(f"the embedded AWS did not answer within {self._patience:g} s:\n{self._log.read_text()}")

    def _control(self, method: str, what: str, sent: Any = None) -> Any:
        return control(self.endpoint, method, what, sent)


def control(endpoint: str, method: str, what: str, sent: Any = None) -> Any:
    """One control request; a refusal is a ValueError with the server's words."""
    asked = urllib.request.Request(
        f"{endpoint}/nightcap/{what}",
        method=method,
        data=None if sent is None else json.dumps(sent).encode(),
        headers={"Content-Type": "application/json"},
    )
    # Without the environment's proxies: this is loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise ValueError(f"{method} {what}: {error.read().decode('utf-8', 'replace')}") from error
