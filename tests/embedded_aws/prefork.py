"""A process that has everything imported and forks an embedded AWS for each test that asks.

Importing moto and reading botocore's models takes seconds of processor time, a fork milliseconds, and the Rust tests
start one embedded AWS each. `python -m embedded_aws.prefork SOCKET` listens on a Unix socket. One line of JSON on a
connection is one request:

    {"serve": {"now": "2026-11-20T18:00:00Z", "nonce": "…", "log": "/path", "environment": {}}}
                                                                               answers {"port": N}; serves until the
                                                                               connection is closed
    {"seed": {"endpoint": "http://127.0.0.1:N"}}                               answers what was made

A failure answers {"error": "…"}. The process ends by itself once nobody has asked for a while, or when its socket's
file is gone.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from .clock import parse_rfc3339

IDLE_SECONDS = 20
# moto imports a service's code at its first call: these are what the tests call most.
PRELOADED = (
    "applicationautoscaling autoscaling budgets ce dynamodb ec2 ecs eks elbv2 events rds resourcegroupstaggingapi s3 "
    "scheduler sns sqs ssm sts"
).split()


def main() -> int:
    path = Path(sys.argv[1])
    # Bound under another name first: a client that can connect finds a process that listens.
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(partial))
    seeding = preload()
    # What is shared with the children stays shared: a collection would write to every page.
    gc.freeze()
    listener.listen(64)
    partial.replace(path)
    serve(listener, path, seeding)
    return 0


def preload() -> dict[str, Any]:
    """Imports what children need. Returns boto3 clients for the seed, made anew by each child from a warm loader."""
    from moto.backends import get_backend

    from . import seed, server  # noqa: F401

    for name in PRELOADED:
        get_backend(name)
    import boto3

    session = boto3.Session(aws_access_key_id="embedded", aws_secret_access_key="embedded", region_name=seed.REGION)
    for name in ("autoscaling", "ec2", "rds", "sns", "sqs"):
        session.client(name, endpoint_url="http://127.0.0.1:9")
    return {"session": session}


def serve(listener: socket.socket, path: Path, seeding: dict[str, Any]) -> None:
    children: set[int] = set()
    idle = 0
    while idle < IDLE_SECONDS and path.exists():
        readable, _, _ = select.select([listener], [], [], 1)
        while children:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            children.discard(pid)
        if not readable:
            idle = 0 if children else idle + 1
            continue
        idle = 0
        connection, _ = listener.accept()
        pid = os.fork()
        if pid == 0:
            listener.close()
            os._exit(child(connection, seeding))
        children.add(pid)
        connection.close()
    path.unlink(missing_ok=True)


def child(connection: socket.socket, seeding: dict[str, Any]) -> int:
    """One request; returns the process' exit code."""
    try:
        with connection, connection.makefile("rw", encoding="utf-8") as stream:
            try:
                answer = work(json.loads(stream.readline()), seeding, stream, connection)
            except Exception:
                answer = {"error": traceback.format_exc()}
            if answer is not None:
                print(json.dumps(answer), file=stream, flush=True)
        return 0
    except OSError:
        # Whoever asked is gone.
        return 1


def work(request: dict[str, Any], seeding: dict[str, Any], stream: Any, connection: socket.socket) -> Any:
    match request:
        case {"serve": {"now": str() as now, "nonce": str() as nonce, "log": str() as log, "environment": dict() as env}}:
            return embedded_aws(now, nonce, log, env, stream, connection)
        case {"seed": {"endpoint": str() as endpoint}}:
            return seeded(endpoint, seeding)
    raise ValueError(f"unknown request: {request}")


def embedded_aws(
    now: str, nonce: str, log: str, environment: dict[str, str], stream: Any, connection: socket.socket
) -> None:
    from .server import EmbeddedAws

    os.environ.update(environment)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(written, 1)
    os.dup2(written, 2)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    aws = EmbeddedAws(0, parse_rfc3339(now), nonce)
    aws.start()
    print(json.dumps({"port": aws.port}), file=stream, flush=True)
    # Nothing more is said on the connection: its end is the test's.
    while connection.recv(4096):
        pass
    aws.stop()


def seeded(endpoint: str, seeding: dict[str, Any]) -> Any:
    from .seed import seed
    from .starter import control

    session = seeding["session"]
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = session.client(service, endpoint_url=endpoint)
        return made[service]

    return seed(client, lambda seconds: control(endpoint, "POST", "clock", {"advance_seconds": seconds}))


if __name__ == "__main__":
    sys.exit(main())
