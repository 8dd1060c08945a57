"""Form and validity."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .step import run
from .terraform import binary, configurations, copied, environment, has_provider, init, initialised, opentofu, shared

CLOUDFLARE = Path("infra/edge")


def fmt(repository: Path) -> str:
    run([binary(), "fmt", "-check", "-recursive", "-diff", "infra"], repository, environment())
    run([binary(), "fmt", "-check", "-recursive", "-diff", "tests/infra"], repository, environment())
    return f"{len(configurations(repository))} folders"


def validate(repository: Path) -> str:
    folders = configurations(repository)
    note = ""
    if CLOUDFLARE in folders and not has_provider("cloudflare/cloudflare"):
        folders.remove(CLOUDFLARE)
        note = "; infra/edge: step edge"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda folder: validate_shared(shared(repository) / folder), folders))
    if tofu := opentofu():
        validate_all(repository, folders, tofu)
        note += "; the same with OpenTofu"
    else:
        note += "; skipped: OpenTofu, no tofu at hand"
    return f"{len(folders)} folders with the real provider{note}"


def validate_shared(folder: Path) -> None:
    env = environment()
    initialised(folder, env)
    run([binary(), "validate", "-no-color"], folder, env)


def validate_all(repository: Path, folders: list[Path], program: str) -> None:
    with copied(repository) as root, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda folder: validate_one(root / folder, program=program), folders))


def validate_one(folder: Path, more: Mapping[str, str] | None = None, program: str | None = None) -> None:
    env = environment(**(more or {}))
    init(folder, env, program=program if program != binary() else None)
    run([program or binary(), "validate", "-no-color"], folder, env)
