"""A clock that stands still until somebody moves it, so that minutes and days pass in no time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone


@dataclass(order=True)
class Alarm:
    """Something that happens at an instant of the virtual clock."""

    due: datetime
    order: int
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class VirtualClock:
    """Runs what falls due in the order in which it falls due, each at its own instant."""

    def __init__(self, now: datetime) -> None:
        self._now = in_utc(now)
        self._alarms: list[Alarm] = []
        self._order = itertools.count()

    @property
    def now(self) -> datetime:
        return self._now

    def after(self, delay: timedelta, action: Callable[[], None]) -> Alarm:
        alarm = Alarm(self._now + delay, next(self._order), action)
        heapq.heappush(self._alarms, alarm)
        return alarm

    def reset(self, now: datetime) -> None:
        """Forgets everything that was due and stands at `now`."""
        self._alarms.clear()
        self._now = in_utc(now)

    def pending(self) -> list[Alarm]:
        return sorted(alarm for alarm in self._alarms if not alarm.cancelled)

    def advance(self, by: timedelta) -> None:
        self.move_to(self._now + by)

    def move_to(self, target: datetime) -> None:
        """Moves to `target`. Backwards only while nothing is under way: it would have to un-happen."""
        target = in_utc(target)
        if target < self._now:
            if self.pending():
                raise ValueError(
                    f"the clock stands at {rfc3339(self._now)} and cannot go back while something is under way"
                )
            self._now = target
            return
        while self._alarms and self._alarms[0].due <= target:
            alarm = heapq.heappop(self._alarms)
            if alarm.cancelled:
                continue
            self._now = alarm.due
            alarm.action()
        self._now = target


def in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone: write it as 2026-11-20T18:00:00Z")
    return instant.astimezone(timezone.utc)


def parse_rfc3339(text: str) -> datetime:
    # Python 3.10's fromisoformat does not know "Z".
    return in_utc(datetime.fromisoformat(text.replace("Z", "+00:00")))


def rfc3339(instant: datetime) -> str:
    return in_utc(instant).isoformat(timespec="seconds").replace("+00:00", "Z")
