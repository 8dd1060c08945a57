"""checkov over infra/: nothing fails, and every skip gives its reason on its line."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from .step import Failed, run, tool

SKIP = re.compile(r"#\s*checkov:skip=(?P<check>[A-Z0-9_]+)(?P<reason>:.*)?$")


def check(repository: Path) -> str:
    checkov = tool("checkov")
    skips = reasoned(repository / "infra")
    command = [checkov, "-d", "infra", "--framework", "terraform", "--output", "json", "--quiet", "--compact"]
    command += ["--skip-download", "--skip-path", ".terraform"]
    env = {**os.environ, "LOG_LEVEL": "ERROR", "CHECKOV_RUN_SCA_PACKAGE_SCAN": "false"}
    said = run(command, repository, env, codes=(0, 1)).stdout
    result = json.loads(said)
    if "results" not in result:
        raise Failed(f"checkov looked at nothing: {said[:400]}")
    wrong = {f"{found['check_id']} {found['resource']} ({found['file_path']}): {found['check_name']}" for found in result["results"]["failed_checks"]}
    if wrong:
        raise Failed("checkov:\n" + "\n".join(sorted(wrong)))
    return f"{result['summary']['passed']} checks passed, {skips} skips, each with its reason"


def reasoned(folder: Path) -> int:
    """The number of skips; one without a reason of some length is a failure."""
    count = 0
    for path in sorted(folder.rglob("*.tf")):
        if ".terraform" in path.parts:
            continue
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if not (skip := SKIP.search(line)):
                continue
            count += 1
            if len((skip["reason"] or "").strip(": ")) < 10:
                raise Failed(f"{path}:{number}: {skip['check']} is skipped without a reason")
    return count
