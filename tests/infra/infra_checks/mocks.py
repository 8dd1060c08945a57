"""`terraform test` in every folder that has tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .step import Failed, run
from .terraform import binary, environment, init, initialised, shared


def test(repository: Path) -> str:
    binary()
    root = shared(repository)
    with ThreadPoolExecutor(2) as pool:
        # infra/edge has a step of its own.
        folders = sorted({path.parent.parent for path in (root / "infra").rglob("*.tftest.hcl")} - {root / "infra" / "edge"})
        if not folders:
            raise Failed("no *.tftest.hcl under infra/")
        passed = sum(pool.map(lambda folder: test_one(folder, begin=initialised), folders))
    return f"{passed} runs in {len(folders)} folders"


def test_one(folder: Path, more: Mapping[str, str] | None = None, begin: Callable[[Path, Mapping[str, str]], None] = init) -> int:
    # Nothing is called; should a test forget to say what a look-up answers, it fails here and asks nobody.
    env = environment(AWS_REGION="eu-west-3", AWS_ENDPOINT_URL="http://127.0.0.1:9", AWS_EC2_METADATA_DISABLED="true", **(more or {}))
    begin(folder, env)
    said = run([binary(), "test", "-no-color"], folder, env).stdout
    count = re.search(r"Success! (\d+) passed, 0 failed", said)
    if not count or int(count[1]) == 0:
        raise Failed(f"{folder.name}: nothing was tested\n{said}")
    return int(count[1])
