"""The HTTP server, on loopback only."""

from __future__ import annotations

import logging
import os
import threading
from datetime import datetime

# Read by moto when it is imported. The machine images it would load are megabytes that no test here asks for.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from . import (
    account,
    autoscaling,
    budgets,
    conditions,
    containers,
    dynamodb,
    filter_policies,
    machines,
    money,
    rds,
    target_health,
    terraform,
    trust,
)
from .checks import Checks
from .control import Control
from .front import Front
from .lag import Lag
from .throttling import Throttling
from .world import World

LOOPBACK = "127.0.0.1"


def dated(conditions: conditions.Conditions) -> type[MotoRequestHandler]:
    """Answers with AWS's clock in their header."""

    class Dated(MotoRequestHandler):
        def date_time_string(self, timestamp: int | None = None) -> str:
            return conditions.date()

    return Dated


class EmbeddedAws:
    """One fake AWS a process: moto keeps its state in module globals, which the corrections change."""

    def __init__(self, port: int, now: datetime, nonce: str) -> None:
        # A line a request would drown what the tests print; /nightcap/calls has them all.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        # The same names in every run: a seed of faults strikes the same calls again.
        mock_random.seed(1)
        self.world = World.starting_at(now)
        examined = account.install(self.world)
        databases = rds.install(self.world)
        autoscaling.install(self.world)
        budgets.install(self.world)
        bill = money.install(self.world)
        brought_about = conditions.install(self.world)
        containers.install(self.world)
        dynamodb.install()
        filter_policies.install()
        machines.install(self.world)
        target_health.install(self.world)
        terraform.install(self.world)
        trust.install()
        checks = Checks(self.world)
        control = Control(self.world, databases, bill, checks, nonce)
        control.add_account(examined)
        control.add_conditions(brought_about)
        moto = DomainDispatcherApplication(create_backend_app)
        self._lag = Lag(self.world, moto)
        control.add_lag(self._lag)
        throttling = Throttling(checks.account_of)
        control.add_throttling(throttling)
        self._server: BaseWSGIServer = make_server(
            LOOPBACK,
            port,
            Front(self.world, control, moto, checks, self._lag, throttling),
            threaded=True,
            request_handler=dated(brought_about),
        )
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_port

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._lag.forget()
