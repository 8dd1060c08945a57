"""docs/infra.md, "Line of the platform, place in the code, check": what it names must be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .step import Failed

TITLE = "## Line of the platform, place in the code, check"
FILE = re.compile(r"(?<![\w/.-])([\w.-]+/)*[\w.*-]+\.(?:tf|tfvars|ya?ml|sh)\b|(?<![\w/.-])(?:[\w-]+/)+(?![\w`])")
RUN = re.compile(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`")
STEP = re.compile(r"\[([a-z]+)\](?!\()")


def check(repository: Path, steps: set[str]) -> int:
    """The number of lines; a place or a check that is not there is a failure."""
    text = (repository / "docs" / "infra.md").read_text()
    if TITLE not in text:
        raise Failed(f"docs/infra.md has no {TITLE!r}")
    known = checks(repository)
    rows = [row.strip("| ").split(" | ") for row in text.split(TITLE)[1].splitlines() if row.startswith("| ") and not row.startswith("| line")]
    wrong: list[str] = []
    for row in rows:
        if len(row) != 3:
            wrong.append(f"{row[0]}: not three columns")
            continue
        wrong += [f"{row[0]}: no file {place}" for place in places(row[1]) if not exists(repository, place, row[1])]
        wrong += [f"{row[0]}: no check {name}" for name in RUN.findall(row[2]) if name not in known]
        wrong += [f"{row[0]}: no step {name}" for name in STEP.findall(row[2]) if name not in steps]
    if wrong:
        raise Failed("docs/infra.md:\n" + "\n".join(wrong))
    return len(rows)


def checks(repository: Path) -> set[str]:
    """Every run of `terraform test`, every test of tests/app and its file, and the cases that come with an action."""
    runs = {name for path in (repository / "infra").rglob("*.tftest.hcl") for name in re.findall(r'^run "(\w+)"', path.read_text(), re.M)}
    tests = {name for path in (repository / "tests/app").glob("test_*.py") for name in [path.stem, *re.findall(r"def (test_\w+)", path.read_text())]}
    return runs | tests | {"load_balancer_dns_name"}


def places(column: str) -> Iterator[str]:
    yield from (found[0] for found in FILE.finditer(column))


def exists(repository: Path, place: str, column: str) -> bool:
    """Below infra/, below the repository, or beside a file named before it on the line."""
    folders = [repository / "infra", repository]
    folders += [repository / "infra" / Path(other).parent for other in places(column)]
    return any(any(folder.glob(place.rstrip("/"))) for folder in folders if folder.is_dir())
