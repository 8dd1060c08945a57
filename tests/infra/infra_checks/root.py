"""One applied configuration, and how a copy of it is turned towards the embedded AWS."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from .step import Failed, run
from .terraform import binary

OVERRIDE = """
provider "aws" {
  max_retries       = 5
  s3_use_path_style = true
}
"""
LOCAL_BACKEND = 'terraform {\n  backend "local" {}\n}\n'
DRIFT = 2
"""Exit code of `plan -detailed-exitcode` when there is something to change."""


@dataclass
class Root:
    """One applied configuration."""

    name: str
    folder: Path
    env: dict[str, str]
    arguments: list[str]

    def terraform(self, command: str, *more: str, codes: tuple[int, ...] = (0,)) -> str:
        words = [binary(), *command.split(), "-no-color", *more]
        if command in ("plan", "apply", "destroy"):
            # Four of these run at once, against a server that answers one call at a time.
            words += ["-input=false", "-parallelism=4", *self.arguments]
        return run(words, self.folder, self.env, timeout=600, codes=codes).stdout

    def apply(self) -> None:
        self.terraform("apply", "-auto-approve")

    def destroy(self) -> None:
        self.terraform("destroy", "-auto-approve")

    def nothing_to_do(self, when: str) -> None:
        said = self.terraform("plan", "-detailed-exitcode", "-lock=false", codes=(0, DRIFT))
        if "No changes." not in said:
            raise Failed(f"{self.name}, {when}: the plan is not empty\n{said[said.find('Terraform will perform'):][:6000]}")

    def resources(self) -> list[str]:
        return run([binary(), "state", "list"], self.folder, self.env, codes=(0, 1)).stdout.split()

    def outputs(self) -> dict[str, object]:
        return {name: output["value"] for name, output in json.loads(self.terraform("output", "-json")).items()}


def fresh(root: Path, name: str, folder: str) -> Path:
    """A copy of infra/ for one configuration: a workspace is chosen by folder, and they run side by side."""
    copy = root / "lives" / name
    shutil.copytree(root / "infra", copy / "infra")
    shutil.copy(root / "nightcap.yaml", copy)
    (copy / "target").symlink_to(root / "target")
    return copy / "infra" / folder
