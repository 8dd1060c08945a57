"""One transition, from the instant it is due until nothing moves any more."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from embedded_aws.clock import parse_rfc3339, rfc3339
from embedded_aws.starter import Running

from .fleet import Fleet, look
from .function import Function, FunctionFailed

PARIS = ZoneInfo("Europe/Paris")
BETWEEN_TICKS = timedelta(minutes=5)
# An hour: a wake takes three or four ticks. Never an endless loop.
MOST_TICKS = 12


@dataclass
class Transition:
    """What was seen: the fleet before, then after each tick, with what the tick answered."""

    began: datetime
    before: Fleet
    ticks: list[tuple[datetime, dict[str, Any], Fleet]] = field(default_factory=list)
    first_sequence: int = 0
    last_sequence: int = 0

    @property
    def after(self) -> Fleet:
        return self.ticks[-1][2]

    @property
    def problems(self) -> list[dict[str, Any]]:
        return [problem for _, answer, _ in self.ticks for problem in answer["problems"]]


def live_through(aws: Running, function: Function, event: Path) -> Transition:
    """Sends the event at its own instant, then the same command every five minutes until all is quiet."""
    asked: dict[str, Any] = json.loads(event.read_text())
    at = parse_rfc3339(asked["at"])
    aws.post("clock", {"now": rfc3339(at)})
    seen = Transition(at, look(aws), first_sequence=_sequence(aws))
    for number in range(MOST_TICKS):
        answer = function.invoke_file(event) if number == 0 else function.invoke({**asked, "at": rfc3339(at)})
        seen.ticks.append((at, answer, look(aws)))
        if is_quiet(answer):
            seen.last_sequence = _sequence(aws)
            return seen
        at += BETWEEN_TICKS
        aws.post("clock", {"now": rfc3339(at)})
    raise FunctionFailed(f"still not quiet after {MOST_TICKS} ticks: {json.dumps(answer['summary'])}\n{function.tail()}")


def is_quiet(answer: dict[str, Any]) -> bool:
    return not any(answer["summary"][count] for count in ("started", "stopped", "waiting"))


def paris(instant: datetime) -> datetime:
    return instant.astimezone(PARIS)


def _sequence(aws: Running) -> int:
    entries = [*aws.get("calls"), *aws.get("changes")]
    return max((entry["sequence"] for entry in entries), default=0)
