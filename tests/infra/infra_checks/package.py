"""The functions' packages that Terraform deploys in the checks: the real programs of this repository, built for this machine."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

from .step import Skipped, run, tool

FUNCTIONS = ("scheduler", "budget-guard")
ENTRY = "bootstrap"
# A zip's first instant of the year it was made for: the same program gives the same hash.
DATE = (2026, 1, 1, 0, 0, 0)


def real(repository: Path, root: Path) -> None:
    """Builds the functions and packs them where the platform expects `make package` to have put them."""
    cargo = tool("cargo")
    # The arguments of the demo, whose build is then this one.
    bins = [word for name in FUNCTIONS for word in ("--bin", name)]
    run([cargo, "build", "--manifest-path", "Cargo.toml", *bins], repository, dict(os.environ), timeout=3600)
    built = Path(os.environ.get("CARGO_TARGET_DIR") or repository / "target") / "debug"
    for name in FUNCTIONS:
        program = root / "programs" / name
        program.parent.mkdir(exist_ok=True)
        slim(built / name, program)
        pack(program, place(root, name))


def shaped(root: Path) -> None:
    """Packages of the right shape for checks in which no function runs."""
    for name in FUNCTIONS:
        program = root / "programs" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\n")
        pack(program, place(root, name))


def place(root: Path, name: str) -> Path:
    return root / "target" / "lambda" / name / "bootstrap.zip"


def slim(program: Path, copy: Path) -> None:
    """Without the debugger's tables, nine tenths of a debug build; whole where there is no `strip`."""
    if not program.exists():
        raise Skipped(f"no {program}")
    if strip := shutil.which("strip"):
        subprocess.run([strip, "-o", str(copy), str(program)], check=True)
    else:
        shutil.copy(program, copy)


def pack(program: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = zipfile.ZipInfo(ENTRY, DATE)
    entry.external_attr = (stat.S_IFREG | 0o755) << 16
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package, program.open("rb") as read:
        with package.open(entry, "w") as write:
            shutil.copyfileobj(read, write, 1 << 20)


def unpack(package: Path, folder: Path) -> Path:
    with zipfile.ZipFile(package) as archive:
        archive.extract(ENTRY, folder)
    program = folder / ENTRY
    program.chmod(0o755)
    return program


def architecture() -> str:
    """This machine's, in Lambda's words."""
    return "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
