"""What was asked of the embedded AWS and what it then did by itself, in one order."""

from __future__ import annotations

import itertools
import time
from typing import Any

from .clock import VirtualClock, rfc3339


class Journal:
    """Calls (asked from outside) and changes (AWS's own doing) share one sequence, so that they can be merged."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._sequence = itertools.count(1)
        self._started = time.monotonic()
        self.calls: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []

    def call(self, service: str, action: str, region: str, parameters: dict[str, Any], key: str = "") -> dict[str, Any]:
        """Notes a call as it arrives; its `status` and `error` are filled in when it is answered."""
        entry = {
            **self._stamp(),
            "service": service,
            "action": action,
            "region": region,
            # Of those who ask at the same time, who did.
            "key": key,
            "parameters": parameters,
            "status": None,
            "error": None,
        }
        self.calls.append(entry)
        return entry

    def change(self, kind: str, resource: str, before: str, after: str, message: str = "") -> None:
        self.changes.append(
            {**self._stamp(), "kind": kind, "resource": resource, "from": before, "to": after, "message": message}
        )

    def clear(self) -> None:
        self.calls.clear()
        self.changes.clear()

    def _stamp(self) -> dict[str, Any]:
        return {
            "sequence": next(self._sequence),
            "at": rfc3339(self._clock.now),
            "elapsed_ms": round((time.monotonic() - self._started) * 1000),
        }
