"""Form and validity."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .step import run
from .terraform import binary, configurations, copied, environment, has_provider, init

CLOUDFLARE = Path("infra/edge")


def fmt(repository: Path) -> str:
    run([binary(), "fmt", "-check", "-recursive", "-diff", "infra"], repository, environment())
    run([binary(), "fmt", "-check", "-recursive", "-diff", "tests/infra"], repository, environment())
    return f"{len(configurations(repository))} folders"


def validate(repository: Path) -> str:
    binary()
    folders = configurations(repository)
    note = ""
    if CLOUDFLARE in folders and not has_provider("cloudflare/cloudflare"):
        folders.remove(CLOUDFLARE)
        note = "; skipped: infra/edge, provider cloudflare/cloudflare missing"
    with copied(repository) as root, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda folder: validate_one(root / folder), folders))
    return f"{len(folders)} folders with the real provider{note}"


def validate_one(folder: Path) -> None:
    env = environment()
    init(folder, env)
    run([binary(), "validate", "-no-color"], folder, env)
