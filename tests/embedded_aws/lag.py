"""Describe calls that lag behind writes: what was changed a moment ago is described as it was before.

AWS does not promise that a change is seen by the next call. Of EC2, ECS and RDS it says so:
- "The Amazon EC2 API follows an eventual consistency model"; wait "starting with a couple of seconds, and increasing
  gradually up to five minutes": https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
- the same of ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
- of RDS: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribePendingMaintenanceActions.html
- EKS says of an update's status that "this status transition is eventually consistent":
  https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterVersion.html
Of Auto Scaling, load balancers and the tagging API nothing is said, so that nothing is promised: they lag here as well.
DynamoDB's consistent reads, S3, SQS and STS do not.

`POST /nightcap/lag` switches it on: {"seconds": 30} of the virtual clock, and {"service": …, "action": …} (patterns)
for some calls alone. Sent again with other patterns it keeps what it hides, so that a read may see the change and the
next one not, as replicas of AWS's answer in turn. {"seconds": 0} ends it. The administrator, who seeds and looks, sees
everything at once; writes are judged by what is, not by what is described.

Before the first change of an instant the process forks: the child has everything as it was, and answers reads by that.
What AWS does by itself in the meantime (`starting` becomes `available`) is hidden with it, which is how AWS's own
databases of states lag too.
"""

from __future__ import annotations

import io
import os
import signal
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from .request import AwsRequest
from .starter import ADMINISTRATOR
from .world import World

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Said = tuple[list[Any], bytes]

# By the names that they sign with.
LAGGING = (
    "application-autoscaling",
    "autoscaling",
    "ec2",
    "ecs",
    "eks",
    "elasticloadbalancing",
    "rds",
    "tagging",
)
READS = ("Describe", "Get", "List", "GET ", "HEAD ")


@dataclass
class Past:
    """Everything as it was before a change at this instant, in a process of its own."""

    at: datetime
    connection: Connection
    pid: int

    def end(self) -> None:
        self.connection.close()
        os.waitpid(self.pid, 0)


class Lag:
    def __init__(self, world: World, moto: App) -> None:
        self._world = world
        self._moto = moto
        self._seconds = timedelta()
        self._service = self._action = "*"
        self._pasts: list[Past] = []

    def post(self, sent: Any) -> dict[str, Any]:
        match sent:
            case {"seconds": int() | float() as seconds, **rest} if seconds >= 0 and set(rest) <= {"service", "action"}:
                self._seconds = timedelta(seconds=seconds)
                self._service, self._action = rest.get("service", "*"), rest.get("action", "*")
            case _:
                raise ValueError('expected {"seconds": N} with N >= 0, and "service" and "action" as patterns')
        if not self._seconds:
            self.forget()
        return {"seconds": seconds, "service": self._service, "action": self._action}

    def forget(self) -> None:
        """Nothing lags any more, and nothing is hidden."""
        self._seconds = timedelta()
        while self._pasts:
            self._pasts.pop().end()

    def before(self, asked: AwsRequest) -> None:
        """Called before each call: a change hides itself from the reads that follow."""
        if not self._seconds or asked.service not in LAGGING or _reads(asked):
            return
        self._drop_what_is_seen()
        now = self._world.clock.now
        if not any(past.at == now for past in self._pasts):
            self._pasts.append(self._fork(now))

    def answer(self, asked: AwsRequest, environ: dict[str, Any]) -> Said | None:
        """What a read answers that does not see the last changes yet: status and headers, and the body."""
        if not self._seconds or asked.service not in LAGGING or not _reads(asked) or asked.key == ADMINISTRATOR:
            return None
        if not (fnmatchcase(asked.service, self._service) and fnmatchcase(asked.action, self._action)):
            return None
        self._drop_what_is_seen()
        if not self._pasts:
            return None
        # The first that is not seen yet: what was changed after it is not seen either.
        connection = self._pasts[0].connection
        plain = {key: value for key, value in environ.items() if isinstance(value, (str, int, bool, tuple))}
        # Read whole, and put back, when the call was noted.
        stream = environ.get("wsgi.input")
        connection.send((plain, stream.getvalue() if isinstance(stream, io.BytesIO) else b""))
        said: Said | str = connection.recv()
        if isinstance(said, str):
            raise RuntimeError(f"the past could not answer {asked.service} {asked.action}:\n{said}")
        return said

    def _drop_what_is_seen(self) -> None:
        while self._pasts and self._pasts[0].at + self._seconds <= self._world.clock.now:
            self._pasts.pop(0).end()

    def _fork(self, now: datetime) -> Past:
        # The lock of the world is held: no other thread is inside moto, whose state is copied whole.
        here, there = Pipe()
        pid = os.fork()
        if pid:
            there.close()
            return Past(now, here, pid)
        try:
            here.close()
            # Their ends are held by the parent alone: they end when it does.
            for past in self._pasts:
                past.connection.close()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._serve(there)
        finally:
            os._exit(0)

    def _serve(self, connection: Connection) -> None:
        while True:
            try:
                environ, body = connection.recv()
            except EOFError:
                return
            try:
                connection.send(self._ask(environ, body))
            except Exception:
                connection.send(traceback.format_exc())

    def _ask(self, environ: dict[str, Any], body: bytes) -> Said:
        said: list[Any] = []

        def noting(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            said[:] = [status, [tuple(header) for header in headers]]
            return lambda written: None

        whole = {**environ, "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "werkzeug.socket": None}
        return said, b"".join(self._moto(whole, noting))


def _reads(asked: AwsRequest) -> bool:
    return asked.action.startswith(READS)
