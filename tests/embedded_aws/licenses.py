"""Which license configurations of License Manager govern which machines (`machines.py` has the sources)."""

from __future__ import annotations

_governs: dict[str, str] = {}
_used_up: set[str] = set()


def govern(machine: str, configuration: str | None, free: bool) -> None:
    """From now on this configuration governs the machine, and has a license free for it or not."""
    _governs.pop(machine, None)
    _used_up.discard(machine)
    if configuration:
        _governs[machine] = configuration
        if not free:
            _used_up.add(machine)


def configuration_of(machine: str) -> str | None:
    return _governs.get(machine)


def are_used_up(machine: str) -> bool:
    """Whether a start of the machine is refused: a hard limit is reached."""
    return machine in _used_up


def forget() -> None:
    _governs.clear()
    _used_up.clear()
