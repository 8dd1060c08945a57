"""The endpoints under /nightcap/, by which tests and the demo move the clock, read the journal, set faults.

GET    /nightcap/identity   who answers: {"service", "nonce", "pid"}
GET    /nightcap/clock      {"now", "pending": [instants at which something falls due]}
POST   /nightcap/clock      {"advance_seconds": N} or {"now": RFC3339}
GET    /nightcap/calls      every call, in order: sequence, at (virtual), elapsed_ms, service, action,
                            region, parameters, status, error; ?service=rds&action=Stop* picks
GET    /nightcap/changes    what AWS did by itself, in the same sequence: kind, resource, from, to, message
DELETE /nightcap/calls      forgets calls and changes
GET    /nightcap/faults     the rules, with how often each has struck
POST   /nightcap/faults     one rule or a list: see faults.Fault
DELETE /nightcap/faults     removes them all
POST   /nightcap/reset      {"now": RFC3339} (or {}): an empty account, no faults, the clock there
POST   /nightcap/pages      {"limit": N} cuts every page to N; null lifts it
POST   /nightcap/rds        {"db_instance"|"db_cluster": name, "status": "...", "attributes": {...}}
                            puts a database in a state that no call leads to
POST   /nightcap/functions  {"function": "scheduler", "environment": {...}} deploys one: gives the access key of its
                            role, whose policies are Terraform's for these variables: see iam.roles.Roles.deploy
GET    /nightcap/checks     how many calls were held against policies and models; every defect found (what nobody said
                            how to authorise, what a model does not allow in a request or an answer); what IAM refused
DELETE /nightcap/checks     forgets defects and decisions: a test that provokes one has seen it
GET    /nightcap/decisions  what was decided of each function's calls: role, action, resource, verdict, statements
POST   /nightcap/money      {"charges": [...], "clear_from": "2026-11-01", "confirm": "finance@example.com"}
                            writes the bill, or clicks in a mail: see money.Money.post
POST   /nightcap/lag        {"seconds": N, "service": "rds", "action": "Describe*"}: see lag.py
POST   /nightcap/throttling {"size": share, "refill": times} or null: see throttling.py
POST   /nightcap/groups     {"group": name, "forecast": N}: what a predictive scaling policy foresees: see autoscaling.py
POST   /nightcap/conditions {"clock_ahead_seconds": 600}: see conditions.Conditions.post
POST   /nightcap/account    {"cost_tags": {"nightcap:environment": "Active"}}: see account.Account.post
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl

from moto.moto_api._internal import moto_api_backend

from . import licenses
from .account import Account
from .autoscaling import foresee
from .checks import Checks
from .clock import parse_rfc3339, rfc3339
from .lag import Lag
from .throttling import Throttling
from .conditions import Conditions
from .money import Money
from .machines import encrypt_volumes, find, forget_spot_request, have_starts_fail
from .rds import Lifecycle, find_database
from .world import World

Answer = dict[str, Any] | list[Any]


class Refused(ValueError):
    """The control request makes no sense; the message says why."""


class Control:
    def __init__(self, world: World, databases: Lifecycle, money: Money, checks: Checks, nonce: str) -> None:
        self._world = world
        self._databases = databases
        self._money = money
        self._checks = checks
        self._nonce = nonce
        self._routes: dict[tuple[str, str], Callable[[Any, dict[str, str]], Answer]] = {
            ("GET", "identity"): lambda _, __: self.identity(),
            ("GET", "clock"): lambda _, __: self.clock(),
            ("POST", "clock"): lambda sent, _: self.move_clock(sent),
            ("GET", "calls"): lambda _, query: self.calls(query),
            ("GET", "changes"): lambda _, __: self._world.journal.changes,
            ("DELETE", "calls"): lambda _, __: self.forget(),
            ("GET", "faults"): lambda _, __: self._world.faults.as_json(),
            ("POST", "faults"): lambda sent, _: self.add_faults(sent),
            ("DELETE", "faults"): lambda _, __: self.clear_faults(),
            ("POST", "pages"): lambda sent, _: self.limit_pages(sent),
            ("POST", "reset"): lambda sent, _: self.reset(sent),
            ("POST", "rds"): lambda sent, _: self.force_database(sent),
            ("POST", "functions"): lambda sent, _: self._checks.iam.roles.deploy(sent),
            ("GET", "checks"): lambda _, __: self._checks.as_json(),
            ("DELETE", "checks"): lambda _, __: self._checks.forget_defects(),
            ("GET", "decisions"): lambda _, __: self._checks.iam.decisions,
            ("POST", "machines"): lambda sent, _: self.change_machines(sent),
            ("POST", "groups"): lambda sent, _: self.foresee(sent),
            ("POST", "money"): lambda sent, _: self._money.post(sent),
        }

    def add_account(self, account: Account) -> None:
        self._account = account
        self._routes["POST", "account"] = lambda sent, _: account.post(sent)

    def add_lag(self, lag: Lag) -> None:
        self._lag = lag
        self._routes["POST", "lag"] = lambda sent, _: lag.post(sent)

    def add_throttling(self, throttling: Throttling) -> None:
        self._throttling = throttling
        self._routes["POST", "throttling"] = lambda sent, _: throttling.post(sent)

    def add_conditions(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._routes["POST", "conditions"] = lambda sent, _: conditions.post(sent)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = (environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix("/nightcap/").strip("/"))
        route = self._routes.get(key)
        if route is None:
            known = ", ".join(f"{method} /nightcap/{name}" for method, name in self._routes)
            return _answer(start_response, "404 Not Found", {"error": f"no {key[0]} {key[1]}; there are {known}"})
        try:
            sent = _sent(environ)
            return _answer(start_response, "200 OK", route(sent, dict(parse_qsl(environ.get("QUERY_STRING", "")))))
        except (ValueError, LookupError, TypeError) as error:
            return _answer(start_response, "400 Bad Request", {"error": str(error)})

    def identity(self) -> Answer:
        return {"service": "nightcap-embedded-aws", "nonce": self._nonce, "pid": os.getpid()}

    def clock(self) -> Answer:
        clock = self._world.clock
        return {"now": rfc3339(clock.now), "pending": [rfc3339(alarm.due) for alarm in clock.pending()]}

    def move_clock(self, sent: Any) -> Answer:
        match sent:
            case {"advance_seconds": int() | float() as seconds} if seconds >= 0:
                self._world.clock.advance(timedelta(seconds=seconds))
            case {"now": str() as instant}:
                self._world.clock.move_to(parse_rfc3339(instant))
            case _:
                raise Refused('expected {"advance_seconds": N} with N >= 0, or {"now": "2026-11-20T18:00:00Z"}')
        return self.clock()

    def calls(self, query: dict[str, str]) -> Answer:
        service, action = query.get("service", "*"), query.get("action", "*")
        return [
            call
            for call in self._world.journal.calls
            if fnmatchcase(call["service"], service) and fnmatchcase(call["action"], action)
        ]

    def forget(self) -> Answer:
        self._world.journal.clear()
        return {}

    def add_faults(self, sent: Any) -> Answer:
        for rule in sent if isinstance(sent, list) else [sent]:
            self._world.faults.add(rule)
        return self._world.faults.as_json()

    def clear_faults(self) -> Answer:
        self._world.faults.rules.clear()
        return []

    def reset(self, sent: Any) -> Answer:
        now = parse_rfc3339(sent["now"]) if sent else self._world.clock.now
        moto_api_backend.reset()
        self._databases.forget()
        self._money.forget()
        self._checks.forget()
        self._account.forget()
        self._lag.forget()
        self._throttling.forget()
        licenses.forget()
        self._conditions.forget()
        self._world.reset(now)
        return self.clock()

    def limit_pages(self, sent: Any) -> Answer:
        match sent:
            case {"limit": None}:
                self._world.pages.limit = None
            case {"limit": int() as limit} if limit > 0:
                self._world.pages.limit = limit
            case _:
                raise Refused('expected {"limit": N} with N > 0, or {"limit": null}')
        return {"limit": self._world.pages.limit}

    def change_machines(self, sent: Any) -> Answer:
        match sent:
            case {"instance": str() as name, "start_fails": str() | None as code}:
                have_starts_fail(name, code)
            case {"instance": str() as name, "license": str() | None as configuration, **rest} if set(rest) <= {"free"}:
                find(name)
                licenses.govern(name, configuration, bool(rest.get("free", True)))
            case {"instance": str() as name, "volume_key": str() | None as key}:
                encrypt_volumes(name, key)
            case {"forget_spot_request": str() as name}:
                forget_spot_request(name)
            case _:
                raise Refused(
                    'expected {"instance": id, "start_fails": code or null}, {"instance": id, "license": ARN or null, '
                    '"free": bool}, {"instance": id, "volume_key": ARN or null} or {"forget_spot_request": id}'
                )
        return {}

    def foresee(self, sent: Any) -> Answer:
        match sent:
            case {"group": str() as name, "forecast": int() as forecast} if forecast >= 0:
                low, desired, high = foresee(name, forecast)
                return {"min": low, "desired": desired, "max": high}
        raise Refused('expected {"group": name, "forecast": N} with N >= 0')

    def force_database(self, sent: Any) -> Answer:
        match sent:
            case {"db_instance": str() as name}:
                database = find_database(name, cluster=False)
            case {"db_cluster": str() as name}:
                database = find_database(name, cluster=True)
            case _:
                raise Refused('expected {"db_instance": name} or {"db_cluster": name}, with "status" or "attributes"')
        if status := sent.get("status"):
            self._databases.force(database, status)
        for attribute, value in sent.get("attributes", {}).items():
            if not hasattr(database, attribute):
                raise Refused(f"moto's {type(database).__name__} has no attribute {attribute}")
            setattr(database, attribute, value)
        return {"name": name, "status": database.status}


def _sent(environ: dict[str, Any]) -> Any:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return json.loads(environ["wsgi.input"].read(length)) if length else None


def _answer(start_response: Callable[..., Any], status: str, answer: Answer) -> list[bytes]:
    body = json.dumps(answer, indent=1).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
