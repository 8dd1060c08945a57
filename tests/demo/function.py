"""The functions under `cargo lambda watch`, invoked with `cargo lambda invoke`, as a developer would."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from embedded_aws.starter import Running

ROOT = Path(__file__).resolve().parent.parent.parent
EVENTS = ROOT / "events"
SCHEDULER = "scheduler"
NAMES = (SCHEDULER, "budget-guard")
TABLE = "nightcap"
LOOPBACK = "127.0.0.1"
# The first answer waits until cargo has looked whether everything is built; on a busy machine that takes a while.
LONGEST_ANSWER_SECONDS = 120
CARGO_LAMBDA = Path(sys.executable).parent / "cargo-lambda"


class FunctionFailed(RuntimeError):
    """It did not start, or gave an error for an answer; the message has what was said."""


def build() -> None:
    """Shows cargo's own progress.

    The arguments are those of `watch`, which then finds everything built: with `--package`, cargo would
    choose other features for shared dependencies, and `watch` would build them all again, unseen.
    """
    command = ["cargo", "build", "--manifest-path", "Cargo.toml"]
    for name in NAMES:
        command += ["--bin", name]
    if subprocess.run(command, cwd=ROOT, env=_own_environment(), check=False).returncode != 0:
        raise FunctionFailed("the functions do not build: cargo's message is above")


class Function:
    """A context manager: inside, each function can be invoked; afterwards their whole process groups are gone.

    Each has a `watch` of its own, because each has a role of its own: the embedded AWS holds every call against the
    policies that Terraform gives it.
    """

    def __init__(self, aws: Running, topic_arn: str, config: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="nightcap-demo-")
        self._text = config.read_text()
        self._config = Path(self._folder.name) / "nightcap.yaml"
        self._config.write_text(self._text)
        create_ledger(aws)
        self._settings = {
            **aws.environment(),
            "NIGHTCAP_CONFIG": str(self._config),
            "NIGHTCAP_TOPIC_ARN": topic_arn,
            "NIGHTCAP_TABLE": TABLE,
            "NIGHTCAP_INVENTORY": "greenleaf:preprod=iso",
        }
        # Outside of the project: `watch` would take a log for a change of the code.
        folder = Path(self._folder.name)
        self._watches = {
            name: Watch(folder, name, {**self._settings, "AWS_ACCESS_KEY_ID": aws.deploy(name, self._settings)}) for name in NAMES
        }

    def __enter__(self) -> Function:
        try:
            for watch in self._watches.values():
                watch.start()
            for watch in self._watches.values():
                watch.wait_until_listening()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        for watch in self._watches.values():
            watch.stop()
        self._folder.cleanup()

    def configure(self, changes: dict[str, str]) -> None:
        """Changes the demo's configuration, which the functions read anew at every invocation."""
        text = self._text
        for before, after in changes.items():
            if before not in text:
                raise FunctionFailed(f"the demo's configuration does not say {before!r}")
            text = text.replace(before, after)
        self._config.write_text(text)

    def invoke_file(self, file: Path, name: str = SCHEDULER) -> dict[str, Any]:
        command = [str(CARGO_LAMBDA), "lambda", "invoke", name, "--data-file", str(file)]
        watch = self._watches[name]
        command += ["--invoke-address", LOOPBACK, "--invoke-port", str(watch.port)]
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=_own_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=LONGEST_ANSWER_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise FunctionFailed(f"{file.name}: no answer in {LONGEST_ANSWER_SECONDS} s\n{watch.tail()}") from error
        if done.returncode != 0:
            raise FunctionFailed(f"{file.name}: {done.stderr.strip() or done.stdout.strip()}\n{watch.tail()}")
        try:
            answer = json.loads(done.stdout)
        except ValueError as error:
            raise FunctionFailed(f"{file.name}: no JSON for an answer: {done.stdout[:500]}\n{watch.tail()}") from error
        if "command" not in answer:
            raise FunctionFailed(f"{file.name}: {json.dumps(answer)}\n{watch.tail()}")
        return answer

    def invoke(self, event: dict[str, Any], name: str = SCHEDULER) -> dict[str, Any]:
        file = Path(self._folder.name) / "event.json"
        file.write_text(json.dumps(event))
        return self.invoke_file(file, name)


class Watch:
    """One function under `cargo lambda watch`."""

    def __init__(self, folder: Path, name: str, settings: dict[str, str]) -> None:
        self._settings = settings
        self._env_file = folder / f"{name}.env"
        self._log = folder / f"{name}.log"
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._env_file.write_text("".join(f'{key}="{value}"\n' for key, value in self._settings.items()))
        command = [str(CARGO_LAMBDA), "lambda", "watch", "--ignore-changes", "--env-file", str(self._env_file)]
        command += ["--invoke-address", LOOPBACK, "--invoke-port", str(self.port)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**_own_environment(), **self._settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _end_group(process)

    def tail(self, lines: int = 30) -> str:
        text = self._log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join(["the last lines of `cargo lambda watch`:", *(f"  {line}" for line in text)])

    def wait_until_listening(self, seconds: float = 60) -> None:
        assert self._process is not None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise FunctionFailed(f"`cargo lambda watch` ended at once\n{self.tail()}")
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex((LOOPBACK, self.port)) == 0:
                    return
            time.sleep(0.05)
        raise FunctionFailed(f"`cargo lambda watch` does not listen after {seconds:g} s\n{self.tail()}")


def create_ledger(aws: Running) -> None:
    """The table that `infra/modules/nightcap` makes."""
    keys = (("pk", "HASH"), ("sk", "RANGE"))
    aws.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
    )


def _own_environment() -> dict[str, str]:
    """This environment without anything that could lead to a real AWS account."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    # `--target-dir` fails with `watch`; this works.
    kept.setdefault("CARGO_TARGET_DIR", str(ROOT / "target"))
    kept["NO_PROXY"] = kept["no_proxy"] = LOOPBACK
    return kept


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _end_with_parent() -> None:
    """Should the demo be killed without a chance to tidy up, Linux ends `watch` with it."""
    PR_SET_PDEATHSIG = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """`watch` runs `cargo run`, which runs the function: all of them, politely, then not."""
    for number, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            process.poll()
            if not group_is_alive(process.pid):
                process.wait()
                return
            time.sleep(0.02)


def group_is_alive(group: int) -> bool:
    """Whether any process of the group still runs. Zombies do not: nobody may be there to reap them in a container."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # "pid (name) state ppid pgrp …", and a name may have spaces and brackets.
            state, _, its_group = file.read_text(errors="replace").rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                return True
    return False
