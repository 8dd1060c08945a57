"""The one state that the corrections share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any, TypeVar

from .clock import VirtualClock
from .faults import Faults
from .journal import Journal
from .paging import Pages

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass
class World:
    clock: VirtualClock
    journal: Journal
    faults: Faults = field(default_factory=Faults)
    pages: Pages = field(default_factory=Pages)
    # What the index of tags goes on finding after it was deleted, by ARN (`containers.py`).
    deleted: dict[str, Any] = field(default_factory=dict)
    # moto's backends are plain dictionaries: one call at a time, as if each were atomic.
    lock: RLock = field(default_factory=RLock)

    def reset(self, now: datetime) -> None:
        self.clock.reset(now)
        self.journal.clear()
        self.faults.rules.clear()
        self.deleted.clear()
        self.pages.limit = None

    @classmethod
    def starting_at(cls, now: datetime) -> World:
        clock = VirtualClock(now)
        return cls(clock, Journal(clock))


def corrects(owner: Any) -> Callable[[Function], Function]:
    """Puts the decorated function in the place of the same name in a class or module of moto's.

    Refuses a name that moto no longer has: a correction that nothing calls would be a silent lie.
    """

    def replace(function: Function) -> Function:
        if not hasattr(owner, function.__name__):
            raise AttributeError(f"{owner.__name__} has no {function.__name__} to correct")
        setattr(owner, function.__name__, function)
        return function

    return replace
