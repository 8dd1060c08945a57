"""Plain text that reads well in a file, and colour where a person is looking at a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

COLOURED = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
BOLD, DIM, GREEN, YELLOW, BLUE, RED = "1", "2", "32", "33", "34", "31"


def paint(text: str, *codes: str) -> str:
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if COLOURED and codes and text else text


def say(text: str = "") -> None:
    print(text, flush=True)


def heading(text: str) -> None:
    say()
    say(paint(text, BOLD))
    say(paint("-" * len(text), DIM))


class Progress:
    """What is being done, on standard error, so that standard output is the picture alone."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def step(self, text: str) -> None:
        print(f"[{time.monotonic() - self._began:5.1f} s] {text}", file=sys.stderr, flush=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


def table(rows: Sequence[Sequence[str] | None], head: Sequence[str] = (), indent: str = "  ") -> None:
    """Columns as wide as their widest cell. A row of `None` is a gap."""
    cells = [row for row in [head or None, *rows] if row is not None]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    if head:
        say(indent + paint(_line(head, widths), DIM))
    for row in rows:
        if row is None:
            say()
        else:
            padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            say((indent + "  ".join(paint(text, *_colours(cell)) for text, cell in zip(padded, row, strict=True))).rstrip())


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


# By word, so that a state has one colour wherever it stands.
_COLOUR_OF = {
    "available": GREEN,
    "up": GREEN,
    "starting": YELLOW,
    "stopping": YELLOW,
    "launching": YELLOW,
    "draining": YELLOW,
    "stopped": BLUE,
    "0/0/0": BLUE,
}


def _colours(cell: str) -> Sequence[str]:
    for word in reversed(cell.split()):
        if word in _COLOUR_OF:
            return (_COLOUR_OF[word],)
    return ()
