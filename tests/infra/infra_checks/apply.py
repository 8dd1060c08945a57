"""The real life of every environment: plan, apply, an empty plan, sleep, an empty plan, destroy.

The three environments and the nightcap module's example run side by side against one embedded AWS (most of
the time is the provider's own pauses). Overrides are written into a copy; infra/ knows nothing of tests.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import living
from .aws import Aws, embedded_aws
from .step import Failed, run
from .terraform import binary, copied, environment, init

OVERRIDE = """
provider "aws" {
  max_retries       = 2
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


def check(repository: Path) -> str:
    binary()
    with copied(repository) as root, embedded_aws(repository, root) as aws:
        package(root)
        # INFRA_APPLY=dev,nightcap takes some of them, while one is being worked on.
        wanted = os.environ.get("INFRA_APPLY", "dev,preprod,prod,nightcap").split(",")
        roots = [platform(root, name, aws) for name in wanted if name != "nightcap"]
        roots += [nightcap_example(root, aws)] if "nightcap" in wanted else []
        with ThreadPoolExecutor(4) as pool:
            counts = list(pool.map(lambda one: life(one, aws), roots))
    return f"{len(counts)} configurations applied, planned empty, slept, planned empty, destroyed; {sum(counts)} resources"


def package(root: Path) -> None:
    """A package of the right shape; the embedded AWS does not run it."""
    path = root / "target" / "lambda" / "scheduler" / "bootstrap.zip"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(zipfile.ZipInfo("bootstrap", (2026, 1, 1, 0, 0, 0)), "#!/bin/sh\n")


def platform(root: Path, name: str, aws: Aws) -> Root:
    # Each environment in a copy of its own: a workspace is chosen by folder, and they run side by side.
    copy = root / name
    shutil.copytree(root / "infra", copy / "infra")
    if (root / "nightcap.yaml").exists():
        shutil.copy(root / "nightcap.yaml", copy)
    (copy / "target").symlink_to(root / "target")
    folder = copy / "infra" / "platform"
    (folder / "zz_override.tf").write_text(LOCAL_BACKEND + OVERRIDE)
    env = environment(AWS_REGION="eu-west-3", **aws.environment())
    init(folder, env, backend=True)
    run([binary(), "workspace", "new", "-no-color", name], folder, env)
    arguments = ["-var-file", f"envs/{name}.tfvars"]
    if not (root / "nightcap.yaml").exists():
        arguments += ["-var", f"nightcap_config_file={root}/fixtures/nightcap.yaml"]
    return Root(name, folder, env, arguments)


def nightcap_example(root: Path, aws: Aws) -> Root:
    folder = root / "infra/modules/nightcap/examples/complete"
    (folder / "zz_override.tf").write_text(OVERRIDE)
    # Another region: names are unique within one, and prod makes Nightcap in Paris.
    env = environment(AWS_REGION="eu-west-1", **aws.environment())
    init(folder, env)
    zip_path = root / "target" / "lambda" / "scheduler" / "bootstrap.zip"
    return Root("nightcap/examples/complete", folder, env, ["-var", f"scheduler_zip={zip_path}", "-var", f"budget_guard_zip={zip_path}"])


def life(root: Root, aws: Aws) -> int:
    root.apply()
    root.nothing_to_do("right after apply")
    count = len(root.resources())
    living.checks(root.name, root.outputs(), aws)
    if root.name == "preprod":
        asleep = living.put_to_sleep(root.outputs(), aws)
        root.nothing_to_do("asleep")
        living.wake(asleep, aws)
        root.nothing_to_do("awake again")
    if root.name == "prod":
        living.lift_protection(root.outputs(), aws)
    root.destroy()
    living.left_behind(root.name, aws)
    if root.resources():
        raise Failed(f"{root.name}: something is left in the state after destroy")
    return count
