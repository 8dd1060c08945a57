"""What a step is, and the ways it can end."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class Skipped(Exception):
    """The step needs something that is not here; the text names it."""


class Failed(Exception):
    """The step found something wrong; the text says what and where."""


@dataclass(frozen=True)
class Step:
    name: str
    about: str
    run: Callable[[Path], str]
    """Takes the repository's root and returns one line on what was checked."""


def tool(name: str) -> str:
    """The path of a program: beside this interpreter first, then on the PATH."""
    beside = Path(sys.prefix) / "bin" / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise Skipped(f"tool {name} missing")
    return found


def run(
    command: Sequence[str | Path],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 900,
    codes: Sequence[int] = (0,),
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end; another exit code than `codes` is a failure with its last lines."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, cwd=cwd, env=None if env is None else dict(env), timeout=timeout, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(words[:3])} in {cwd.name}: no end after {timeout:.0f} s") from None
    if done.returncode not in codes:
        text = (done.stdout + done.stderr).strip().splitlines()
        raise Failed(f"{' '.join(words[:4])} in {cwd.name}: exit code {done.returncode}\n" + "\n".join(text[-60:]))
    return done
