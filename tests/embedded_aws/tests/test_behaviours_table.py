"""docs/aws-behaviour.md says what is true: what imitates a behaviour is there, and so is its test."""

from __future__ import annotations

import re
import unittest
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TABLE = ROOT / "docs" / "aws-behaviour.md"
HEADER = ["Behaviour", "Source", "Imitated in", "Test"]
SOURCES = ("cli", "crates", "functions", "infra", "scripts", "tests")
# What starts, carries and shows the embedded AWS, and imitates nothing of AWS itself; and what answers Terraform where
# moto has no answer, which the applies of infra/ hold.
MACHINERY = {
    "__init__.py",
    "__main__.py",
    "clock.py",
    "control.py",
    "deployment.py",
    "faults.py",
    "front.py",
    "iam/__init__.py",
    "iam/coverage.py",
    "iam/reference.py",
    "iam/tags.py",
    "journal.py",
    "prefork.py",
    "request.py",
    "seed.py",
    "server.py",
    "starter.py",
    "terraform/__init__.py",
    "terraform/caches.py",
    "terraform/identity.py",
    "terraform/services.py",
    "world.py",
}
TICKED = re.compile(r"`([^`]+)`")
STEP = re.compile(r"step `([\w-]+)`")
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
FILE = re.compile(r"(?:[\w.-]+/)*[\w-]+\.(?:py|rs|sh|json|tf|hcl)")


def rows() -> list[list[str]]:
    """The cells of each row. A bar within ticks is not expected."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == HEADER, cells[0]
    return cells[2:]


@cache
def files() -> dict[str, list[Path]]:
    """Every source file, by its name."""
    found: dict[str, list[Path]] = {}
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".rs", ".sh", ".json", ".hcl", ".tf", "") and path.is_file():
                if not {"target", ".terraform", "node_modules"} & set(path.parts):
                    found.setdefault(path.name, []).append(path)
    return found


@cache
def tests() -> frozenset[str]:
    """The names of every test: of Rust, Python and Terraform."""
    named = re.compile(r'\bfn ([a-z0-9_]+)\(|\bdef (test_[a-z0-9_]+)\(|^run "([a-z0-9_]+)"|^\s*"(?:case|name)":\s*"([a-z0-9_]+)"', re.M)
    found = set()
    for paths in files().values():
        for path in paths:
            if path.suffix in (".py", ".rs", ".hcl", ".json"):
                found |= {name for names in named.findall(path.read_text(errors="replace")) for name in names if name}
    return frozenset(found)


@cache
def steps() -> str:
    """What names the steps of tests/infra/verify."""
    return "\n".join(path.read_text() for path in (ROOT / "tests" / "infra" / "infra_checks").glob("*.py"))


def exists(file: str) -> bool:
    path = Path(file)
    return any(found.parts[-len(path.parts) :] == path.parts for found in files().get(path.name, []))


class TheTable(unittest.TestCase):
    def test_each_row_names_its_source_its_imitation_and_its_test(self) -> None:
        for row in rows():
            with self.subTest(row=row[0][:60]):
                self.assertEqual(len(row), len(HEADER))
                self.assertTrue(all(row), row)
                self.assertTrue(TICKED.search(row[3]) or "tests/" in row[3], f"no test is named: {row[3]}")

    def test_what_is_named_is_there(self) -> None:
        for row in rows():
            for cell in row[2:]:
                for file in FILE.findall(cell):
                    with self.subTest(row=row[0][:60], file=file):
                        self.assertTrue(exists(file), f"{file} is no file")
            for step in STEP.findall(row[3]):
                with self.subTest(row=row[0][:60], step=step):
                    self.assertRegex(steps(), rf"\b{step}\b")
            for ticked in TICKED.findall(row[3]):
                name = ticked.rpartition("::")[2]
                if NAME.fullmatch(name):
                    with self.subTest(row=row[0][:60], test=name):
                        self.assertIn(name, tests())

    def test_each_part_of_the_embedded_aws_has_its_row(self) -> None:
        told = {file for row in rows() for file in FILE.findall(row[2])}
        package = ROOT / "tests" / "embedded_aws"
        parts = {path.relative_to(package).as_posix() for path in package.rglob("*.py")}
        for part in sorted(one for one in parts - MACHINERY if not one.startswith("tests/")):
            with self.subTest(part=part):
                self.assertTrue(
                    any(Path(part).parts[-len(Path(file).parts) :] == Path(file).parts or file.endswith(f"embedded_aws/{part}") for file in told),
                    f"{part} imitates something of which the table has no row",
                )


if __name__ == "__main__":
    unittest.main()
