"""The embedded AWS (tests/embedded_aws) as Terraform's counterpart, on a free loopback port."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .step import Failed, Skipped

START_SECONDS = 60
# A Monday without a public holiday near: the proof goes on to that week's Friday evening and the next Monday.
BEGINNING = "2026-11-16T00:00:00Z"


class Aws:
    """Its address, and a thread that moves its clock while something there waits for time to pass."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def other_account(self) -> dict[str, str]:
        """The same server as another account sees it: nothing of the first's is there."""
        role = "arn:aws:iam::210987654321:role/deploy"
        keys = self.client("sts").assume_role(RoleArn=role, RoleSessionName="infra-verify")["Credentials"]
        session = {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"]}
        return {**self.environment(), **session, "AWS_SESSION_TOKEN": keys["SessionToken"]}

    def client(self, service: str, region: str = "eu-west-3", account: Mapping[str, str] | None = None) -> Any:
        """A client of the account whose keys are in `account` (as other_account gives them), or of the first."""
        import boto3
        from botocore.config import Config

        config = Config(retries={"max_attempts": 2}, s3={"addressing_style": "path"}, proxies={})
        env = account or self.environment()
        keys = {key.lower(): env[key] for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN") if key in env}
        return boto3.client(service, region_name=region, endpoint_url=self.endpoint, config=config, **keys)

    def start_clock(self) -> None:
        self._thread.start()

    def stop_clock(self) -> None:
        self._end.set()

    def _tick(self) -> None:
        # Instances and databases take minutes of virtual time; Terraform polls in real seconds.
        while not self._end.wait(1):
            try:
                if self.control("clock")["pending"]:
                    self.control("clock", {"advance_seconds": 60})
            except OSError:
                # Busy or ending; the next second is another chance.
                continue

    def control(self, path: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
        """The embedded AWS's own endpoints: its clock, its journal (tests/embedded_aws/control.py)."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.endpoint}/nightcap/{path}", data, headers, method=method)
        with self._opener.open(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def embedded_aws(repository: Path, folder: Path) -> Iterator[Aws]:
    """Starts one and ends it again; it ends by itself should this process vanish."""
    for module in ("moto", "flask", "flask_cors", "boto3"):
        if importlib.util.find_spec(module) is None:
            raise Skipped(f"Python module {module} missing")
    port_file, log = folder / "port", folder / "embedded-aws.log"
    command = [sys.executable, "-m", "embedded_aws", "--port-file", str(port_file), "--now", BEGINNING]
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=repository / "tests", stdin=subprocess.PIPE, stdout=out, stderr=out)
    try:
        until = time.monotonic() + START_SECONDS
        while not port_file.exists():
            if server.poll() is not None or time.monotonic() > until:
                raise Failed(f"the embedded AWS did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.2)
        aws = Aws(f"http://127.0.0.1:{port_file.read_text().strip()}")
        aws.start_clock()
        try:
            yield aws
        except Skipped:
            raise
        except Exception as failure:
            # boto3's among them: what went wrong stands in the server's log, a moment later.
            time.sleep(1)
            text = str(failure) if isinstance(failure, Failed) else repr(failure)
            raise Failed(f"{text}\n{tracebacks(log.read_text())}".rstrip()) from failure
        finally:
            aws.stop_clock()
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def tracebacks(log: str) -> str:
    """The last failure inside the embedded AWS, if there was one: a 500 seen by Terraform says nothing."""
    _, found, rest = log.rpartition("Traceback (most recent call last)")
    # Its end says what went wrong, its beginning only who asked.
    return f"in the embedded AWS: {rest[-3000:]}" if found else ""
